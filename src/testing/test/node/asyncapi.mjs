// node asyncapi.mjs FILE: prints the errors of an AsyncAPI document, with 1 as exit code.
import { Parser, fromFile } from '@asyncapi/parser';
import { AvroSchemaParser } from '@asyncapi/avro-schema-parser';

const parser = new Parser();
parser.registerSchemaParser(AvroSchemaParser());
const { document, diagnostics } = await fromFile(parser, process.argv[2]).parse();
const errors = diagnostics.filter(diagnostic => diagnostic.severity === 0);
for (const error of errors) {
  console.log(`${error.path.join('.')}: ${error.message}`);
}
if (!document || errors.length > 0) {
  process.exit(1);
}
console.log(
  `valid AsyncAPI ${document.version()} with ${document.channels().all().length} channels`,
);
