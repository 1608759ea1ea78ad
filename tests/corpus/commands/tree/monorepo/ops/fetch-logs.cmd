@echo off
rem az webapp deploy is done by the pipeline
az webapp log download -g shop -n shop
