"""What documents say about pickle, cloudpickle and dill, as checks: see registry.py."""
