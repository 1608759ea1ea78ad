#!/bin/sh
kubectl rollout restart deploy/web
