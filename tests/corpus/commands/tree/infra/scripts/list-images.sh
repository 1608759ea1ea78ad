#!/bin/sh
aws ecr list-images --repository-name api
