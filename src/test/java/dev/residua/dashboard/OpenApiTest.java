package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.QueryParam;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/**
 * The document of the HTTP interface says what the resources do. Its schemas are made from the
 * records; {@code -Dresidua.docs.write=true} writes them.
 */
class OpenApiTest {
  private static final Path DOCUMENT =
      Path.of("src/main/resources/META-INF/resources/openapi.yaml");
  private static final Path TOOLS = Path.of("target/node");
  private static final String SCHEMAS = "\n  schemas:";

  private static final List<Class<?>> RESOURCES =
      List.of(
          ControlResource.class,
          ModelsResource.class,
          PicturesResource.class,
          SourcesResource.class,
          StatusResource.class);

  private static final List<Class<? extends Annotation>> METHODS =
      List.of(GET.class, POST.class, DELETE.class);

  @Test
  void shouldDescribeEveryRequestWithItsParameters() throws IOException {
    // Given
    Map<String, TreeSet<String>> taken = new TreeMap<>();
    for (Class<?> resource : RESOURCES) {
      for (Method method : resource.getDeclaredMethods()) {
        for (Class<? extends Annotation> verb : METHODS) {
          if (method.isAnnotationPresent(verb)) {
            taken.put(
                verb.getSimpleName().toLowerCase(java.util.Locale.ROOT)
                    + " "
                    + path(resource, method),
                Stream.of(method.getParameters())
                    .filter(parameter -> parameter.isAnnotationPresent(QueryParam.class))
                    .map(OpenApiTest::query)
                    .collect(Collectors.toCollection(TreeSet::new)));
          }
        }
      }
    }
    // When
    Map<String, TreeSet<String>> described = new TreeMap<>();
    Map<String, Object> document = document();
    map(document, "paths")
        .forEach(
            (path, methods) ->
                map(methods)
                    .forEach(
                        (verb, operation) ->
                            described.put(verb + " " + path, queries(document, map(operation)))));
    // Then
    assertThat(described).isEqualTo(taken);
  }

  @Test
  void shouldGiveTheFieldsOfEveryAnswer() throws IOException {
    // Given
    String text = Files.readString(DOCUMENT);
    String wanted = text.substring(0, text.indexOf(SCHEMAS)) + SCHEMAS + "\n" + schemas();
    if (Boolean.getBoolean("residua.docs.write")) {
      Files.writeString(DOCUMENT, wanted);
    }
    // When, Then
    assertThat(Files.readString(DOCUMENT))
        .as("%s; write it with -Dtest=OpenApiTest -Dresidua.docs.write=true", DOCUMENT)
        .isEqualTo(wanted);
  }

  @Test
  void shouldBeValidToAParserOfOpenApi() throws Exception {
    // Given
    assumeTrue(
        Files.isDirectory(TOOLS.resolve("node_modules/@apidevtools/swagger-parser")),
        "skipped: no target/node/node_modules; .ci/run makes it");
    Files.copy(
        Path.of("src/test/node/openapi.mjs"),
        TOOLS.resolve("openapi.mjs"),
        StandardCopyOption.REPLACE_EXISTING);
    // When
    Process node =
        new ProcessBuilder("node", TOOLS.resolve("openapi.mjs").toString(), DOCUMENT.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(node.getInputStream().readAllBytes());
    boolean ended = node.waitFor(60, TimeUnit.SECONDS);
    // Then
    assertThat(ended).as("the parser ends").isTrue();
    assertThat(node.exitValue()).as(said).isZero();
  }

  private static String path(Class<?> resource, Method method) {
    String start = resource.getAnnotation(jakarta.ws.rs.Path.class).value();
    jakarta.ws.rs.Path end = method.getAnnotation(jakarta.ws.rs.Path.class);
    return end == null ? start : start + end.value();
  }

  private static String query(Parameter parameter) {
    return parameter.getAnnotation(QueryParam.class).value();
  }

  private static TreeSet<String> queries(
      Map<String, Object> document, Map<String, Object> operation) {
    TreeSet<String> names = new TreeSet<>();
    Object parameters = operation.getOrDefault("parameters", List.of());
    for (Object parameter : (List<?>) parameters) {
      Map<String, Object> at = map(parameter);
      if (at.get("$ref") instanceof String reference) {
        at = map(document, reference.substring(2).split("/"));
      }
      if ("query".equals(at.get("in"))) {
        names.add((String) at.get("name"));
      }
    }
    return names;
  }

  /** The records that answers are made of, as YAML. */
  private static String schemas() {
    Map<String, Class<?>> records = new TreeMap<>();
    Stream.of(LiveState.class, LiveViews.class, ModelState.class)
        .flatMap(holder -> Arrays.stream(holder.getDeclaredClasses()))
        .filter(Class::isRecord)
        .forEach(type -> records.put(type.getSimpleName(), type));
    StringBuilder text = new StringBuilder();
    records.forEach(
        (name, type) -> {
          text.append("    ").append(name).append(":\n      type: object\n      properties:\n");
          for (RecordComponent component : type.getRecordComponents()) {
            text.append(
                "        %s: %s\n"
                    .formatted(component.getName(), kind(component.getGenericType(), records)));
          }
        });
    return text.toString();
  }

  private static String kind(Type type, Map<String, Class<?>> records) {
    if (type instanceof ParameterizedType generic) {
      Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
      return List.class.equals(generic.getRawType())
          ? "{type: array, items: %s}".formatted(kind(last, records))
          : "{type: object, additionalProperties: %s}".formatted(kind(last, records));
    }
    Class<?> plain = (Class<?>) type;
    if (records.get(plain.getSimpleName()) == plain) {
      return "{$ref: '#/components/schemas/%s'}".formatted(plain.getSimpleName());
    }
    if (plain.isEnum()) {
      return "{type: string, enum: [%s]}"
          .formatted(
              Arrays.stream(plain.getEnumConstants())
                  .map(String::valueOf)
                  .collect(Collectors.joining(", ")));
    }
    return switch (plain.getSimpleName()) {
      case "int", "Integer" -> "{type: integer, format: int32}";
      case "long", "Long" -> "{type: integer, format: int64}";
      case "double", "Double" -> "{type: number, nullable: true}";
      case "boolean", "Boolean" -> "{type: boolean}";
      case "double[]" -> "{type: array, items: {type: number}}";
      default -> "{type: string, nullable: true}";
    };
  }

  private static Map<String, Object> document() throws IOException {
    return new Yaml().load(Files.readString(DOCUMENT));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object from, String... path) {
    Object at = from;
    for (String step : path) {
      at = ((Map<String, Object>) at).get(step);
    }
    return (Map<String, Object>) at;
  }
}
