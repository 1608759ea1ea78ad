release-all:
	helmfile -e prod apply
lint:
	shellcheck bin/*.sh
