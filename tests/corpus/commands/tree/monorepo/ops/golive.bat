@echo off
call npm ci
call npm run build
call firebase deploy --only hosting
