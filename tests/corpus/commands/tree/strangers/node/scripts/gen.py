print("kubectl apply -f x")
