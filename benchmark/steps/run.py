"""Running one step of the graph. The unit of work is a key; everything else is in the store."""

import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_model

from benchmark.data.images import ImageWriter
from benchmark.errors import BenchError
from benchmark.files import whole_file
from benchmark.interrupt import leave_if_requested
from benchmark.planning.lengths import length_of
from benchmark.registry import ISPS
from benchmark.seeds import seed_of
from benchmark.stage import Stage, Trainable
from benchmark.steps.context import Context
from benchmark.steps.load import create_mapper, load_isp, load_mapper
from benchmark.steps.pictures import mapped_images, part_of, renderings_of
from benchmark.steps.score import Scoring
from benchmark.store.step import WEIGHTS, FitMapper, MapRaw, Score, StepSpec, Training, TrainISP
from benchmark.training.batches import Batches, PairedBatches, UnpairedBatches
from benchmark.training.device import peak_mb, reset_peak
from benchmark.training.mapper_data import DeclaredData
from benchmark.training.trainer import Trainer, parameter_count

MAPPED_RANGE = 65535  # mapped raw is stored in 16 bits, finer than any sensor's counts


def run_step(key: str, context: Context) -> None:
    """Runs a step whose inputs are done, and marks it as done.

    If another process is running the step, this one waits and takes its result.

    Raises:
        BenchError: an input is not done.
    """
    store = context.store
    spec = store.spec(key)
    for role, needed in spec.inputs.items():
        if not store.is_done(needed):
            raise BenchError(f"Step {key} ({spec.title}) needs {role} {needed}, not done yet.")
    if store.holding(key) is not None:
        context.progress.say(
            f"{spec.title}: another process is running this step; waiting for its result."
        )
    with store.lock(store.step_folder(key), wait=True):
        if store.is_done(key):
            return
        reset_peak()
        start = time.monotonic()
        outcome = _outcome(spec, context)
        store.finish(
            key,
            {**outcome, "wall_seconds": time.monotonic() - start, "peak_mb": peak_mb()},
        )


def attempt_step(key: str, context: Context) -> str | None:
    """Runs a step; a failure is recorded in the store, and its reason is returned.

    Raises:
        BenchError: the store knows no such step.
        KeyboardInterrupt: a stop was requested; what can be saved is saved.
    """
    spec = context.store.spec(key)
    try:
        if isinstance(spec, Score) and not context.store.is_done(key):
            _require_weights(spec, context)
        run_step(key, context)
    except Exception as error:
        known = isinstance(error, BenchError)
        reason = str(error) if known else f"{type(error).__name__}: {error}"
        context.store.fail(key, reason, traceback.format_exc())
        return reason
    return None


def _require_weights(spec: Score, context: Context) -> None:
    """A store keeps no score that lacks what its key promises.

    Raises:
        BenchError: the score was planned with weights that are not here.
    """
    for planned, found, option in (
        (spec.extractor, context.fid_weights, "--fid-weights"),
        (spec.lpips, context.lpips_weights, "--lpips-weights"),
    ):
        if planned is not None and found is None:
            raise BenchError(
                f"The score was planned with the weights whose SHA-256 begins {planned[:12]}, and "
                f"they are not here. Name their file with {option}."
            )


def _outcome(spec: StepSpec, context: Context) -> dict[str, Any]:
    """Does the step's work; returns facts about it for the record."""
    match spec:
        case FitMapper():
            return _fit_mapper(spec, context)
        case MapRaw():
            return _map_raw(spec, context)
        case TrainISP():
            return _train_isp(spec, context)
        case Score():
            return _score(spec, context)
        case _:
            raise TypeError(f"a step of kind '{spec.kind}' has nothing to do")


def _fit_mapper(spec: FitMapper, context: Context) -> dict[str, Any]:
    data = context.data(spec.data)
    mapper = create_mapper(spec)
    declared = DeclaredData(data, spec.method, mapper.info.supervision)
    mapper.fit(declared)
    if mapper.stages() and mapper.info.supervision == "none":
        raise BenchError(
            f"The mapper '{spec.method}' has training stages but declares supervision 'none'. "
            'Register it with supervision="unpaired" or "anchors".'
        )

    def batches(stage: Stage) -> Batches:
        anchors = declared.anchor_set()
        return UnpairedBatches(data.train["a"], data.train["b"], anchors, stage, spec.seed)

    return _train(mapper, batches, spec, context)


def _train_isp(spec: TrainISP, context: Context) -> dict[str, Any]:
    data = context.data(spec.data)
    with torch.random.fork_rng():
        torch.manual_seed(seed_of("init", spec.seed, spec.method))
        isp = ISPS.create(spec.method, **spec.config)

    def pairs(part: str, mapped: str | None) -> Callable[[Stage], PairedBatches]:
        look = part_of(data, part, spec.look)
        raw = look if mapped is None else mapped_images(context.store, mapped)
        return lambda stage: PairedBatches(raw, look, stage, spec.seed)

    validation = pairs("validation", spec.validation) if isp.validates(isp.config) else None
    return _train(isp, pairs("train", spec.raw), spec, context, validation)


def _train(
    model: Trainable[Any],
    batches: Callable[[Stage], Batches],
    spec: Training,
    context: Context,
    validation: Callable[[Stage], PairedBatches] | None = None,
) -> dict[str, Any]:
    folder = context.store.step_folder(spec.key)
    trained = Trainer(
        model,
        batches,
        folder,
        seed=spec.seed,
        device=context.device,
        progress=context.progress,
        title=spec.title,
        bfloat16=spec.precision == "bfloat16",
        validation=validation,
    ).train()
    with whole_file(folder / WEIGHTS) as part:
        save_model(model, str(part))
    batches_of = {stage.name: stage.batch_size for stage in model.stages()}
    published = length_of(model).published
    return {
        "steps": trained.steps,
        "crops": sum(steps * batches_of[name] for name, steps in trained.steps.items()),
        **({"published_crops": published} if published else {}),
        "seconds": trained.seconds,
        "waited": trained.waited,  # of these seconds, for data
        "parameters": parameter_count(model),
        "device": str(context.device),
        "threads": torch.get_num_threads(),  # with another number of them, the last bits may change
    }


def _map_raw(spec: MapRaw, context: Context) -> dict[str, Any]:
    images = part_of(context.data(spec.data), spec.part, spec.camera)
    mapper = load_mapper(spec.mapper, context, spec.setting)
    writer = ImageWriter(context.store.step_folder(spec.key) / "images")
    with context.progress.task(spec.title, len(images)) as task, torch.inference_mode():
        for i, image in enumerate(images):
            leave_if_requested()
            if writer.has(i):
                writer.keep(i)
            else:
                raw = torch.from_numpy(images.raw(i))[None].to(context.device)
                mapped = mapper(raw, spec.direction)[0].cpu().numpy()
                if not np.isfinite(mapped).all():
                    raise BenchError(f"{spec.title}: the mapped raw of {image.id} holds NaN.")
                counts = np.rint(mapped * MAPPED_RANGE).astype(np.uint16)
                record = replace(
                    image, range=MAPPED_RANGE, srgb=None, source=spec.title, notes=(), content=""
                )
                writer.write(i, record, counts)
            task.advance()
    writer.close()
    return {"pictures": len(images)}


def _score(spec: Score, context: Context) -> dict[str, Any]:
    data = context.data(spec.data)
    if spec.raw is None:
        raws = part_of(data, spec.part, spec.camera)
    else:
        raws = mapped_images(context.store, spec.raw)
    return Scoring(
        raws=raws,
        truth=part_of(data, spec.part, spec.reference),
        isp=None if spec.isp is None else load_isp(spec.isp, context),
        folder=context.store.step_folder(spec.key),
        features=(
            context.store.data_folder(spec.data.name, spec.data.fingerprint)
            / f"features-{spec.part}-{spec.reference}"
        ),
        device=context.device,
        progress=context.progress,
        title=spec.title,
        fid_weights=None if spec.extractor is None else context.fid_weights,
        lpips_weights=None if spec.lpips is None else context.lpips_weights,
        save_images=spec.images,
        aligned=spec.part == "aligned",
        rendered=renderings_of(data, spec) if spec.pixels else None,
        oracle=spec.oracle,
    ).run()
