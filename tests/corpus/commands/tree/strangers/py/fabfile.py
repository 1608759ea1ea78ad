from fabric import task
@task
def update(c):
    c.run("systemctl restart app")
