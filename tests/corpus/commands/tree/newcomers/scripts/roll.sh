#!/bin/sh
# roll the application servers one after another
for host in app1 app2 app3; do
    rsync -az --delete dist/ "deployer@$host.acme.example:/srv/acme/current/"
    ssh "deployer@$host.acme.example" sudo systemctl restart acme
done
