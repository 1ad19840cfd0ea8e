package dev.residua;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The package map: who may know whom. */
class ArchitectureTest {
  private static final String ROOT = "dev.residua.";
  private static final String[] DOMAIN = {
    "frame",
    "causal",
    "anomaly",
    "drift",
    "intervention",
    "incident",
    "monitor",
    "model",
    "training",
    "renewal",
    "dataset",
    "experiment",
    "report"
  };

  /** What each domain package may use of the others. */
  private static final Map<String, List<String>> DOMAIN_DEPENDENCIES =
      Map.ofEntries(
          Map.entry("frame", List.of()),
          Map.entry("causal", List.of("frame")),
          Map.entry("anomaly", List.of("frame", "causal")),
          Map.entry("drift", List.of("frame", "causal")),
          Map.entry("intervention", List.of("frame", "causal", "anomaly", "drift")),
          Map.entry("incident", List.of("frame", "causal", "anomaly", "drift", "intervention")),
          Map.entry(
              "monitor",
              List.of("frame", "causal", "anomaly", "drift", "intervention", "incident")),
          Map.entry("model", List.of("frame", "causal")),
          Map.entry("dataset", List.of("frame", "causal")),
          Map.entry(
              "training",
              List.of("frame", "causal", "anomaly", "drift", "intervention", "model", "dataset")),
          Map.entry(
              "renewal",
              List.of(
                  "frame",
                  "causal",
                  "anomaly",
                  "drift",
                  "intervention",
                  "incident",
                  "monitor",
                  "model",
                  "training")),
          Map.entry(
              "experiment",
              List.of(
                  "frame",
                  "causal",
                  "anomaly",
                  "drift",
                  "intervention",
                  "model",
                  "dataset",
                  "training")),
          Map.entry(
              "report", List.of("frame", "causal", "anomaly", "model", "dataset", "training")));

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
    DOMAIN_DEPENDENCIES.forEach(
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
        .resideInAnyPackage(packages(DOMAIN))
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
            "the domain runs in a test with no broker, container or native library, and returns reasons instead of logging")
        .check(product);
  }

  @Test
  void shouldKeepEnginesBehindTheirPorts() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "dl4j..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.nd4j..")
        .because("an INDArray owns native memory and a hidden layout")
        .check(product);
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "dl4j..", ROOT + "onednn..")
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
  void shouldDecideWhatIsToldWithoutABrokerOrAClock() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "alerting..")
        .and()
        .haveNameNotMatching(".*AlertLoop.*")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..", "org.slf4j..", "io.quarkus..", "jakarta..")
        .because("who is told what and when is tested over thousands of crashes in a second")
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
  void shouldKeepGeneratedRecordsInsideWire() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "wire..", ROOT + "avro..")
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
        .resideOutsideOfPackages(ROOT + "app..", ROOT + "cli..")
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
  void shouldHaveNoCycles() {
    slices().matching("dev.residua.(*)..").should().beFreeOfCycles().check(product);
  }

  private static String[] packages(String... names) {
    return java.util.Arrays.stream(names).map(name -> ROOT + name + "..").toArray(String[]::new);
  }
}
