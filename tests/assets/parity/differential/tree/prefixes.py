BASE = "/api"
V1 = BASE + "/v1"
V2 = f"{BASE}/v2"
ALL = (V1, V2)
SIZES = {"small": 100, "large": 900}
