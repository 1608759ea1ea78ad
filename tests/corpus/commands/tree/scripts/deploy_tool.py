#!/usr/bin/env python3
"""Calls the deploy service of this company."""
import subprocess

subprocess.run(["kubectl", "apply", "-f", "k8s/app.yaml"], check=True)
