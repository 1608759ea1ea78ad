from invoke import task
@task
def deploy(c):
    c.run("sam deploy")
@task
def test(c):
    c.run("pytest")
