#!/bin/bash
# Made store/ and results/ beside this file, once, at commit f3b286c. Run in an empty folder that
# holds frozen_plugin.py, with isp-bench of that commit on the path and no Inception weights:
#   bash make.sh
set -u
export OMP_NUM_THREADS=1 ISP_BENCH_HOME=$PWD/store TORCH_HOME=$PWD/torch
what="--preset smoke --direction a2b --no-beside
  --data simulated:unpaired=2,validation=1,anchors=1,aligned=2,scenes=2"
isp="--isp microisp --set isp.passes=1 isp.blocks=1 isp.features=1"
how="--workers 1 --device cpu"
frozen="--plugin frozen_plugin.py --protocol raw-to-raw --mapper frozen"

# Done: every kind of step; an oracle; a plug-in with a setting, in bfloat16. One failure.
isp-bench run $what $how --protocol adaptation raw-to-raw oracle-gain --mapper global3x3 $isp
isp-bench run $what $how $frozen --sweep mapper.strength=0.5 --precision bfloat16
isp-bench run $what $how $frozen --set mapper.broken=true --name broken
# Only planned: mapped training pictures and an ISP trained on them; a built-in mapper's setting.
isp-bench plan $what --protocol augmentation --mapper global3x3 $isp
isp-bench plan $what --protocol raw-to-raw --mapper cstpp --sweep mapper.downsample=2
# The pictures of the data set but the anchors go: they are large, and made again where needed.
find store/data/*/* -maxdepth 0 ! -name anchors -exec rm -r {} +
rm -r torch store/steps/*/tensorboard
find results -name 'comparison-*' -delete -o -name 'report.html' -delete \
  -o -name '*.tex' -delete -o -name '*.csv' -delete -o -name '*.html' -delete
find store -type d -empty -delete
# What is known of it then: the states, and what the first run would cost with another seed.
isp-bench status --json > status.json
cp -r store copy
isp-bench plan $what --protocol adaptation raw-to-raw oracle-gain --mapper global3x3 $isp \
  --device cpu --seed 1 --store copy --json > costs.json
rm -r copy
