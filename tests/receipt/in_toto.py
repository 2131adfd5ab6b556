"""Reads a receipt with in-toto's own library: python in_toto.py RECEIPT

Needs `pip install in-toto-attestation` (tried with 0.9.3). Its protobuf definition refuses fields of
other names than the specification's.
"""

import sys

import google.protobuf.json_format as json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement

with open(sys.argv[1], encoding="utf-8") as file:
    read = json_format.Parse(file.read(), statement_pb2.Statement())
Statement.copy_from_pb(read).validate()
print(f"{read.predicate_type}: {len(read.subject)} subjects, {read.predicate['finding']}")
