import subprocess

def main():
    subprocess.run(["aws", "ecs", "update-service", "--cluster", "c", "--service", "s", "--force-new-deployment"], check=True)

main()
