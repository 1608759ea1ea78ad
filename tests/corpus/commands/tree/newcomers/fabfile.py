from fabric import task
@task
def deploy(c):
    c.run("cd /srv/acme && git pull && systemctl restart acme")
