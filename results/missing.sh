#!/bin/sh
# What is missing of the runs behind measured/, and what was measured with other settings.
# `isp-bench run --config results/runs/NAME.yaml` goes on with one.
cd "$(dirname "$0")/.." || exit
for run in results/runs/*.yaml; do
    echo "$run"
    isp-bench plan --config "$run" | grep -E '^#|missing|configuration'
done
