package dev.residua;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.residua.testing.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The package map: who may know whom. */
@Tag("slow")
class ArchitectureTest {
  private static final String ROOT = "dev.residua.";

  /** Plain Java: what each of these packages may use of the others. */
  private static final Map<String, List<String>> DOMAIN =
      domain(
          "records <-",
          "frame <-",
          "dynamics <-",
          "causal <- frame",
          "anomaly <- causal frame",
          "drift <- causal frame",
          "commissioning <- anomaly causal drift frame",
          "intervention <- anomaly causal drift dynamics frame",
          "incident <- anomaly causal drift frame intervention",
          "source <- causal frame records",
          "feedback <- anomaly causal drift frame incident monitor source",
          "access <- causal frame incident source",
          "ingest <- frame source",
          "monitor <- anomaly causal commissioning drift dynamics frame incident intervention source",
          "model <- causal dynamics frame",
          "dataset <- causal frame",
          "simulation <- causal dataset frame",
          "teaching <- dataset",
          "detail <- anomaly causal frame",
          "training <- anomaly causal commissioning dataset detail drift dynamics frame intervention"
              + " model",
          "renewal.trigger <- causal drift incident",
          "renewal.selection <- frame incident model renewal.trigger training",
          "renewal.gate <- anomaly causal drift frame incident intervention model monitor source training",
          "bench.experiment <- anomaly causal commissioning dataset detail drift dynamics frame incident"
              + " intervention model monitor runtime source"
              + " simulation training",
          "report <- anomaly causal dataset dynamics frame model training");

  /** The composition root, bottom to top: a package may use those before it. */
  private static final List<String> APPLICATION =
      List.of(
          "app.process",
          "app.config",
          "app.kafka",
          "app.model",
          "app.metrics",
          "app.roles",
          "app.web",
          "app.teach",
          "app.demo",
          "app");

  /** The commands: each group may use {@code cli.console}, and none another group. */
  private static final List<String> COMMANDS = List.of("serve", "data", "model", "ops");

  private static JavaClasses product;

  @BeforeAll
  static void importProduct() {
    product =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.residua");
  }

  @TestFactory
  List<DynamicTest> shouldKeepTheDirectionsOfTheDomain() {
    List<DynamicTest> tests = new ArrayList<>();
    DOMAIN.forEach(
        (name, allowed) -> {
          List<String> packages = new ArrayList<>(List.of(ROOT + name + ".."));
          allowed.forEach(other -> packages.add(ROOT + other + ".."));
          tests.add(
              DynamicTest.dynamicTest(
                  name,
                  () ->
                      noClasses()
                          .that()
                          .resideInAPackage(ROOT + name + "..")
                          .should()
                          .dependOnClassesThat(
                              resideInAPackage("dev.residua..")
                                  .and(
                                      com.tngtech.archunit.base.DescribedPredicate.not(
                                          resideInAnyPackage(packages.toArray(String[]::new)))))
                          .because("data flows one way: frame, residual, verdict, incident, alert")
                          .allowEmptyShould(true)
                          .check(product)));
        });
    return tests;
  }

  @Test
  void shouldKeepTheDomainPlainJava() {
    noClasses()
        .that()
        .resideInAnyPackage(packages(DOMAIN.keySet().toArray(String[]::new)))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.kafka..",
            "org.apache.avro..",
            "org.nd4j..",
            "ai.onnxruntime..",
            "org.bytedeco..",
            "io.opentelemetry..",
            "io.quarkus..",
            "jakarta..",
            "org.slf4j..",
            "java.util.logging..")
        .because(
            "the domain runs in a test with no broker, container or native library, and returns"
                + " reasons instead of logging")
        .check(product);
  }

  @Test
  void shouldKeepEnginesBehindTheirPorts() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "dl4j..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.nd4j..", "onnx..")
        .because(
            "an INDArray owns native memory and a hidden layout, and scoring runs without ND4J")
        .check(product);
    noClasses()
        .that()
        .resideOutsideOfPackages(
            ROOT + "dl4j..", ROOT + "onednn..", ROOT + "decoding..", ROOT + "ffmpeg..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..")
        .because("native memory must be freed by who allocated it")
        .check(product);
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "onnx..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.onnxruntime..")
        .because("an OnnxTensor must be closed by who opened it")
        .check(product);
  }

  @Test
  void shouldKeepChartsInsideReport() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "report..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.knowm.xchart..")
        .because("a chart leaves the report as the bytes of a picture")
        .check(product);
  }

  @Test
  void shouldDecideWhatIsDeliveredWithoutABrokerOrAClock() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "alerting..")
        .and()
        .haveNameNotMatching(
            ".*(AlertLoop|AlertStore|PartitionAlerts|ReceiverWorker|ModelChangeNotifier|SourceStatePublisher|Heartbeat|MailAddress|MailSender).*")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..", "org.slf4j..", "io.quarkus..", "jakarta..")
        .because(
            "which receiver is notified of what and when is tested over thousands of crashes in a second")
        .check(product);
  }

  @Test
  void shouldKeepTracesInsideTelemetry() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "telemetry..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.opentelemetry..")
        .because("names of traces follow conventions that are still in development")
        .check(product);
  }

  @Test
  void shouldKeepGeneratedRecordsInsideWireAndState() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "wire..", ROOT + "state..", ROOT + "avro..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "avro..")
        .because("schemas are a contract with the outside; inside there are domain records")
        .check(product);
  }

  @Test
  void shouldKeepTheBrokerInOneClass() {
    classes()
        .that()
        .resideInAPackage("dev.residua..")
        .and()
        .haveNameNotMatching(".*EmbeddedKafka.*")
        .should()
        .onlyDependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.not(
                resideInAnyPackage("kafka..", "org.apache.kafka.metadata..")))
        .because("the broker's classes are not an API and may change with every release")
        .check(product);
  }

  @Test
  void shouldKeepOuterPackagesFromKnowingTheApplication() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "app..", ROOT + "cli..", ROOT + "bench..", "dev.residua")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + "app..", ROOT + "cli..")
        .because("the composition root knows everything, nothing knows it")
        .check(product);
    noClasses()
        .that()
        .resideInAPackage(ROOT + "app..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "cli..")
        .because("commands start the application, not the other way round")
        .check(product);
  }

  @Test
  void shouldKeepMeasuringApparatusOutOfTheProduct() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "bench..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "bench..")
        .because("the product is built without benchmarks and experiments")
        .check(product);
  }

  @TestFactory
  List<DynamicTest> shouldKeepTheDirectionsOfTheApplication() {
    List<DynamicTest> tests = new ArrayList<>();
    for (int i = 0; i < APPLICATION.size() - 1; i++) {
      String[] above =
          APPLICATION.subList(i + 1, APPLICATION.size()).stream()
              .map(name -> ROOT + name)
              .toArray(String[]::new);
      String name = APPLICATION.get(i);
      tests.add(
          DynamicTest.dynamicTest(
              name,
              () ->
                  noClasses()
                      .that()
                      .resideInAPackage(ROOT + name)
                      .should()
                      .dependOnClassesThat()
                      .resideInAnyPackage(above)
                      .because("app.process < config < kafka < model < metrics < roles, web, demo")
                      .check(product)));
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> shouldKeepGroupsOfCommandsApart() {
    return COMMANDS.stream()
        .map(
            group ->
                DynamicTest.dynamicTest(
                    group,
                    () ->
                        noClasses()
                            .that()
                            .resideInAPackage(ROOT + "cli." + group)
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(
                                COMMANDS.stream()
                                    .filter(other -> !other.equals(group))
                                    .map(other -> ROOT + "cli." + other)
                                    .toArray(String[]::new))
                            .because("what two groups of commands share is in cli.console")
                            .check(product)))
        .toList();
  }

  @Test
  void shouldHaveNoCycles() {
    slices().matching("dev.residua.(*)..").should().beFreeOfCycles().check(product);
    slices().matching("dev.residua.(**)").should().beFreeOfCycles().check(product);
  }

  @Test
  void shouldDrawThePackagesAsTheyAre() throws IOException {
    Documents.assertIs(Path.of("src/docs/pictures/packages.dot"), picture());
  }

  @Test
  void shouldDescribeEveryPackageInThePackageMap() throws IOException {
    // Given
    String page = Files.readString(Path.of("src/docs/architecture.md"));
    // When
    List<String> described =
        Pattern.compile("^\\| `([a-z0-9]+(?:\\.[a-z0-9]+)*)` \\|", Pattern.MULTILINE)
            .matcher(page.substring(page.indexOf("## Package map")))
            .results()
            .map(row -> row.group(1))
            .sorted()
            .toList();
    // Then
    List<String> there =
        product.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> name.startsWith(ROOT) && !name.startsWith(ROOT + "avro"))
            .map(name -> name.substring(ROOT.length()))
            .distinct()
            .sorted()
            .toList();
    assertThat(described).containsExactlyElementsOf(there);
  }

  /** Parts of the product and who uses whom, without uses that follow from others. */
  private static String picture() {
    Map<String, Set<String>> uses = new TreeMap<>();
    for (JavaClass type : product) {
      String from = part(type);
      if (from.isEmpty()) {
        continue;
      }
      Set<String> used = uses.computeIfAbsent(from, name -> new TreeSet<>());
      type.getDirectDependenciesFromSelf().stream()
          .map(dependency -> part(dependency.getTargetClass()))
          .filter(to -> !to.isEmpty() && !to.equals(from))
          .forEach(used::add);
    }
    StringBuilder dot =
        new StringBuilder(
            "// Made by ArchitectureTest from the imports of the code.\ndigraph packages {\n"
                + "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef2f7\", color=\"#8aa0b8\","
                + " fontname=\"Helvetica\", fontsize=11, height=0.3];\n"
                + "  edge [color=\"#8aa0b8\", arrowsize=0.6];\n");
    uses.forEach(
        (from, all) -> {
          if (DOMAIN.containsKey(from)) {
            dot.append("  %s [fillcolor=\"#dff0e3\", color=\"#6fa57c\"];\n".formatted(from));
          }
          for (String to : all) {
            if (all.stream().noneMatch(other -> !other.equals(to) && reaches(uses, other, to))) {
              dot.append("  %s -> %s;\n".formatted(from, to));
            }
          }
        });
    return dot.append("}\n").toString();
  }

  private static boolean reaches(Map<String, Set<String>> uses, String from, String to) {
    Set<String> next = uses.getOrDefault(from, Set.of());
    return next.contains(to) || next.stream().anyMatch(each -> reaches(uses, each, to));
  }

  /** The first part of a package below the root; empty for what the picture leaves out. */
  private static String part(JavaClass type) {
    String name = type.getPackageName();
    return name.startsWith(ROOT) && !name.startsWith(ROOT + "avro")
        ? name.substring(ROOT.length()).split("\\.", -1)[0]
        : "";
  }

  private static Map<String, List<String>> domain(String... lines) {
    Map<String, List<String>> map = new LinkedHashMap<>();
    for (String line : lines) {
      String[] sides = line.split(" <-", -1);
      String right = sides[1].strip();
      map.put(sides[0], right.isEmpty() ? List.of() : List.of(right.split(" ", -1)));
    }
    return map;
  }

  private static String[] packages(String... names) {
    return java.util.Arrays.stream(names).map(name -> ROOT + name + "..").toArray(String[]::new);
  }
}
