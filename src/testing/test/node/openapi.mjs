// node openapi.mjs FILE: prints the error of an OpenAPI document, with 1 as exit code.
import SwaggerParser from '@apidevtools/swagger-parser';

try {
  const document = await SwaggerParser.validate(process.argv[2]);
  console.log(`valid OpenAPI ${document.openapi} with ${Object.keys(document.paths).length} paths`);
} catch (error) {
  console.log(error.message);
  process.exit(1);
}
