KUBECTL = kubectl --context $(CTX)
rollout:
	$(KUBECTL) rollout restart deploy/web
rollout-status:
	$(KUBECTL) rollout status deploy/web
