"""Every picture's scores in one file."""

import io

import pandas as pd

from benchmark.reports.per_picture import per_picture
from tests.benchmark.reports.samples import few_pictures


def read(records):
    return pd.read_csv(io.StringIO(per_picture(records)))


def test_every_cell_has_a_line_per_picture():
    records = [
        few_pictures(3, "cut", seed=1, direction=direction, ids=["x", "y, z", "w"])
        for direction in ("a2b", "b2a")
    ]
    frame = read(records)
    assert len(frame) == 6
    line = frame.query("direction == 'b2a' and picture == 'y, z'").iloc[0]
    assert line[["protocol", "mapper", "isp", "seed"]].tolist() == ["adaptation", "cut", "net", 1]
    assert line.kl == 1.1


def test_metrics_are_columns_and_empty_where_not_measured():
    values = {"kl": [1.0, 2.0], "psnr": [30.0, 31.23456789]}
    raw = few_pictures(2, isp="none", protocol="raw-to-raw", per_image=values, born=["a", "b"])
    frame = read([raw, few_pictures(2)])
    assert list(frame.columns)[-3:] == ["taken_by", "psnr", "kl"]
    assert frame[frame.isp == "net"].psnr.isna().all()
    assert frame[frame.isp == "none"].psnr.tolist() == [30.0, 31.23456789]
    assert frame[frame.isp == "none"].taken_by.tolist() == ["a", "b"]


def test_swept_values_are_part_of_the_name():
    frame = read([few_pictures(2, "cstpp", setting={"downsample": n}) for n in (2, 4)])
    assert frame.mapper.unique().tolist() == ["cstpp (downsample = 2)", "cstpp (downsample = 4)"]
