package dev.residua.dashboard;

import static dev.residua.testing.Documents.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.intervention.ForecastReport;
import dev.residua.monitor.Sensitivity;
import dev.residua.testing.Documents;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The document of the HTTP interface says what the resources do. Its schemas are made from the
 * records; {@code -Dresidua.golden.write=true} writes them.
 */
class OpenApiTest {
  private static final Path DOCUMENT =
      Path.of("src/app/main/resources/META-INF/resources/openapi.yaml");
  private static final String SCHEMAS = "\n  schemas:";

  private static final List<Class<?>> RESOURCES =
      List.of(
          AccessResource.class,
          AcknowledgementsResource.class,
          AuditResource.class,
          ControlResource.class,
          EvidenceResource.class,
          FeedbackResource.class,
          ForecastResource.class,
          HistoryResource.class,
          IncidentsResource.class,
          ModelsResource.class,
          PicturesResource.class,
          SourceRulesResource.class,
          SourcesResource.class,
          WhyResource.class);

  /** Requests that a filter answers, before the resources. */
  private static final String FRAMES = "post " + FrameInbox.PATH + "{source}";

  private static final List<Class<? extends Annotation>> METHODS =
      List.of(GET.class, POST.class, PUT.class, PATCH.class, DELETE.class);

  /** Names of all classes that answer requests; the WebSocket is not in the document. */
  static List<String> answering() {
    return Stream.concat(RESOURCES.stream(), Stream.of(LiveSocket.class))
        .map(Class::getSimpleName)
        .toList();
  }

  @Test
  void shouldDescribeEveryRequestWithItsParameters() throws IOException {
    // Given
    Map<String, TreeSet<String>> taken = new TreeMap<>(Map.of(FRAMES, new TreeSet<>()));
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
    Map<String, Object> document = Documents.yaml(DOCUMENT);
    at(document, "paths")
        .forEach(
            (path, methods) ->
                at(methods)
                    .forEach(
                        (verb, operation) ->
                            described.put(verb + " " + path, queries(document, at(operation)))));
    // Then
    assertThat(described).isEqualTo(taken);
  }

  @Test
  void shouldGiveTheFieldsOfEveryAnswer() throws IOException {
    // Given
    String text = Files.readString(DOCUMENT);
    String wanted = text.substring(0, text.indexOf(SCHEMAS)) + SCHEMAS + "\n" + schemas();
    // When, Then
    Documents.assertIs(DOCUMENT, wanted);
  }

  @Test
  void shouldBeValidToAParserOfOpenApi() throws Exception {
    // When
    String said = Documents.checkedByNode("openapi.mjs", "@apidevtools/swagger-parser", DOCUMENT);

    // Then
    assertThat(said).startsWith("valid OpenAPI 3.0.3");
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
      Map<String, Object> at = at(parameter);
      if (at.get("$ref") instanceof String reference) {
        at = at(document, reference.substring(2).split("/"));
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
    Stream.of(
            AccessResource.class,
            FeedbackViews.class,
            FrameViews.class,
            ForecastReport.class,
            Sensitivity.class,
            LiveViews.class,
            ModelViews.class,
            RuleViews.class)
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
      case "Object" -> "{}";
      case "int", "Integer" -> "{type: integer, format: int32}";
      case "long", "Long" -> "{type: integer, format: int64}";
      case "double", "Double", "float", "Float" -> "{type: number, nullable: true}";
      case "boolean", "Boolean" -> "{type: boolean}";
      case "Instant" -> "{type: string, format: date-time, nullable: true}";
      case "double[]" -> "{type: array, items: {type: number}}";
      default -> "{type: string, nullable: true}";
    };
  }
}
