async def test_create_user(client):
    answer = await client.post("/users", json={"email": "a@example.com"})
    assert answer.status_code == 201
