package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.app.kafka.BrokerSettings;
import dev.residua.app.kafka.EmbeddedKafka;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.RequiredAcl;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.testing.Camera;
import dev.residua.testing.Certificates;
import dev.residua.testing.Service;
import dev.residua.testing.Service.Result;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that wants TLS, SCRAM or client certificates, and allows only the entries of an ACL. */
@Tag("slow")
class SecurityIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String USER = "residua-user";
  private static final String CAMERA = "camera-user";
  private static final String PASSWORD = UUID.randomUUID().toString();
  private static final String SUBJECT = "residua-client";

  @TempDir static Path directory;

  private static @Nullable EmbeddedKafka broker;
  private static final Map<String, Integer> PORTS = new HashMap<>();
  private static Certificates certificates;
  private static Path clientKeys;
  private static List<AclBinding> access;

  @BeforeAll
  static void startBroker() throws Exception {
    certificates = new Certificates(directory, "ours");
    Path keys = certificates.keystore("localhost", 1, 3);
    Path expired = certificates.keystore("expired", 10, 5);
    clientKeys = certificates.keystore(SUBJECT, 1, 3);
    List<String> listeners = new ArrayList<>();
    for (String listener : List.of("INTERNAL", "SCRAM", "EXPIRED", "MTLS")) {
      PORTS.put(listener, Service.freePort());
      listeners.add("%s://localhost:%d".formatted(listener, PORTS.get(listener)));
    }
    int controller = Service.freePort();
    Map<String, String> properties = new HashMap<>();
    properties.put("advertised.listeners", String.join(",", listeners));
    properties.put(
        "listeners", String.join(",", listeners) + ",CONTROLLER://localhost:" + controller);
    properties.put("inter.broker.listener.name", "INTERNAL");
    properties.put(
        "listener.security.protocol.map",
        "INTERNAL:PLAINTEXT,SCRAM:SASL_SSL,EXPIRED:SASL_SSL,MTLS:SSL,CONTROLLER:PLAINTEXT");
    properties.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
    for (String listener : List.of("scram", "expired")) {
      properties.put(
          "listener.name.%s.scram-sha-512.sasl.jaas.config".formatted(listener),
          "org.apache.kafka.common.security.scram.ScramLoginModule required;");
    }
    properties.put("ssl.keystore.type", "PKCS12");
    properties.put("ssl.keystore.location", keys.toString());
    properties.put("ssl.keystore.password", certificates.password());
    properties.put("ssl.truststore.type", "PKCS12");
    properties.put("ssl.truststore.location", certificates.truststore().toString());
    properties.put("ssl.truststore.password", certificates.password());
    properties.put("listener.name.expired.ssl.keystore.location", expired.toString());
    properties.put("listener.name.mtls.ssl.client.auth", "required");
    properties.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    properties.put("super.users", "User:ANONYMOUS"); // of the internal listeners
    broker =
        EmbeddedKafka.start(
            directory.resolve("broker"),
            BrokerSettings.single(PORTS.get("INTERNAL"), controller, Topics.MAX_RECORD_BYTES)
                .with(properties));
    try (TopicAdmin topics = new TopicAdmin(internal());
        Admin admin = Admin.create(internal().admin())) {
      topics.create(TOPICS, 2, Optional.empty());
      for (String user : List.of(USER, CAMERA)) {
        admin
            .alterUserScramCredentials(
                List.of(
                    new UserScramCredentialUpsertion(
                        user,
                        new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                        PASSWORD)))
            .all()
            .get();
      }
      admin
          .createAcls(
              List.of(
                  binding(CAMERA, "TOPIC", "LITERAL", TOPICS.frames().name(), "WRITE"),
                  binding(CAMERA, "TOPIC", "PREFIXED", Topics.DEFAULT_PREFIX, "READ")))
          .all()
          .get();
    }
    access = printed("User:" + USER);
  }

  @AfterAll
  static void stopBroker() {
    if (broker != null) {
      broker.close();
    }
  }

  @BeforeEach
  void grant() throws Exception {
    try (Admin admin = Admin.create(internal().admin())) {
      admin.createAcls(access).all().get();
    }
  }

  @Test
  void shouldScoreOverScramAndTlsWithThePrintedAccessAndSayNoSecret() throws Exception {
    // Given
    Path settings = file(scram(PASSWORD));
    try (Service service = serve("SCRAM", settings).awaitReady()) {
      // When
      long[] sent = sendSome(service);

      // Then
      Camera.assertScoredOnceAndInOrder(internal(), TOPICS, sent);
      String said =
          String.join(
              "\n",
              service.out(),
              service.err(),
              service.get("/q/health"),
              service.get("/q/metrics"),
              service.get("/api/status"));
      assertThat(said).contains("residua").doesNotContain(PASSWORD, certificates.password());
      assertThat(service.err()).doesNotContain(" WARN ", " ERROR ", "\tat ");
    }
  }

  @Test
  void shouldStartOverMutualTlsWithTheAccessPrintedForItsCertificate() throws Exception {
    // Given
    List<AclBinding> own = printed("User:CN=" + SUBJECT);
    try (Admin admin = Admin.create(internal().admin())) {
      admin.createAcls(own).all().get();
    }

    // When
    try (Service service = serve("MTLS", file(mutual(clientKeys))).awaitReady()) {
      // Then
      assertThat(service.err()).contains("ready: ").doesNotContain(" WARN ", " ERROR ");
    }
  }

  @Test
  void shouldRunCommandsWithTheSameSettings() throws Exception {
    // Given
    Path settings = file(scram(PASSWORD));

    // When
    Result check = command("topics", "check", "SCRAM", settings);
    Result order = command("silence", "--all --for=1h --reason=test", "SCRAM", settings);

    // Then
    assertThat(check.out()).as(check.err()).contains("topics have the required settings");
    assertThat(check.exitCode()).isZero();
    assertThat(order.out()).as(order.err()).startsWith("sent ");
    assertThat(order.err()).isEmpty();
  }

  @Test
  void shouldNameAPasswordThatIsWrong() throws Exception {
    Path settings = file(scram("not-the-password"));
    assertOneMessage(
        fails("SCRAM", settings), "does not accept the user name or password", "sasl.jaas.config");
    assertOneMessage(
        command("topics", "check", "SCRAM", settings), "does not accept the user name or password");
    assertOneMessage(
        command("silence", "--all --for=1h --reason=test", "SCRAM", settings),
        "does not accept the user name or password");
  }

  @Test
  void shouldNameACertificateThatHasExpired() throws Exception {
    assertOneMessage(fails("EXPIRED", file(scram(PASSWORD))), "has expired", "NotAfter");
  }

  @Test
  void shouldNameAnAuthorityThatIsUnknown() throws Exception {
    // Given
    Certificates others = new Certificates(directory, "others");
    Map<String, String> settings = scram(PASSWORD);
    settings.put("ssl.truststore.location", others.truststore().toString());
    settings.put("ssl.truststore.password", others.password());

    // When, Then
    assertOneMessage(
        fails("SCRAM", file(settings)),
        "signed by an authority that this client does not know",
        "ssl.truststore.location");
  }

  @Test
  void shouldNameAClientCertificateThatTheBrokerRefuses() throws Exception {
    // Given
    Certificates others = new Certificates(directory, "strangers");
    Map<String, String> settings = mutual(others.keystore("stranger", 1, 3));
    settings.put("ssl.keystore.password", others.password());

    // When, Then
    assertOneMessage(
        fails("MTLS", file(settings)), "certificate of this client", "ssl.keystore.location");
  }

  @Test
  void shouldNameASettingThatCannotBeUsed() throws Exception {
    // Given
    Map<String, String> settings = scram(PASSWORD);
    settings.put("ssl.truststore.location", "/nowhere/trust.p12");

    // When, Then
    assertOneMessage(fails("SCRAM", file(settings)), "/nowhere/trust.p12");
  }

  @Test
  void shouldNameABrokerThatWantsTls() throws Exception {
    assertOneMessage(
        fails("SCRAM", file(Map.of())), "localhost:", "requires TLS", "kafka.security.protocol");
  }

  @Test
  void shouldNameEveryAccessThatIsMissing() throws Exception {
    Path settings = file(scram(PASSWORD));
    int tried = 0;
    for (AclBinding one : access) {
      String name = one.pattern().name();
      if (!name.matches("residua\\.(frames|scores|score|score-|monitor|monitor-)")) {
        continue; // a start takes seconds; these are of every kind
      }
      try (Admin admin = Admin.create(internal().admin())) {
        admin.deleteAcls(List.of(one.toFilter())).all().get();
        // When, Then
        assertOneMessage(
            fails("SCRAM", settings),
            RequiredAcl.describe(one.entry().operation()),
            resource(one),
            "residua topics acls --principal");
        admin.createAcls(List.of(one)).all().get();
      }
      tried++;
    }
    assertThat(tried).isGreaterThanOrEqualTo(11);
  }

  /** Name of the resource of an entry in a message. */
  private static String resource(AclBinding one) {
    return "on %s %s"
        .formatted(
            one.pattern().resourceType().name().toLowerCase(Locale.ROOT).replace('_', ' '),
            one.pattern().name());
  }

  @Test
  void shouldNameTheUserThatMayNothing() throws Exception {
    // Given
    try (Admin admin = Admin.create(internal().admin())) {
      admin.deleteAcls(access.stream().map(AclBinding::toFilter).toList()).all().get();
    }

    // When, Then
    assertOneMessage(
        fails("SCRAM", file(scram(PASSWORD))), "does not allow", "residua topics acls");
  }

  private long[] sendSome(Service service) throws Exception {
    Map<String, String> settings = scram(PASSWORD, CAMERA);
    KafkaClients clients = new KafkaClients("localhost:" + PORTS.get("SCRAM"), settings);
    try (Camera camera = new Camera(clients, TOPICS, 4, 100)) {
      service.awaitRecords(LIMIT, clients, TOPICS.drift(), 50);
      long[] sent = camera.stop();
      service.awaitRecords(LIMIT, clients, TOPICS.drift(), (int) Arrays.stream(sent).sum());
      return sent;
    }
  }

  private static KafkaClients internal() {
    return KafkaClients.of("localhost:" + PORTS.get("INTERNAL"));
  }

  private static Map<String, String> scram(String password) throws Exception {
    return scram(password, USER);
  }

  private static Map<String, String> scram(String password, String user) throws Exception {
    Map<String, String> settings = trusting();
    settings.put("security.protocol", "SASL_SSL");
    settings.put("sasl.mechanism", "SCRAM-SHA-512");
    settings.put(
        "sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
            .formatted(user, password));
    return settings;
  }

  private static Map<String, String> mutual(Path keys) throws Exception {
    Map<String, String> settings = trusting();
    settings.put("security.protocol", "SSL");
    settings.put("ssl.keystore.type", "PKCS12");
    settings.put("ssl.keystore.location", keys.toString());
    settings.put("ssl.keystore.password", certificates.password());
    return settings;
  }

  private static Map<String, String> trusting() throws Exception {
    Map<String, String> settings = new HashMap<>();
    settings.put("ssl.truststore.type", "PKCS12");
    settings.put("ssl.truststore.location", certificates.truststore().toString());
    settings.put("ssl.truststore.password", certificates.password());
    return settings;
  }

  private static Path file(Map<String, String> settings) throws IOException {
    Properties properties = new Properties();
    properties.putAll(settings);
    Path file = Files.createTempFile(directory, "client-", ".properties");
    try (OutputStream out = Files.newOutputStream(file)) {
      properties.store(out, null);
    }
    return file;
  }

  private static Service serve(String listener, Path settings) throws IOException {
    return Service.start(
        Files.createTempDirectory(directory, "service-"), serving(listener, settings));
  }

  private static List<String> serving(String listener, Path settings) throws IOException {
    return List.of(
        "serve",
        "--demo-model",
        "--bootstrap",
        "localhost:" + PORTS.get(listener),
        "--kafka-config",
        settings.toString(),
        "--data-dir",
        Files.createTempDirectory(directory, "data-").toString());
  }

  private static Result fails(String listener, Path settings) throws IOException {
    List<String> arguments = new ArrayList<>(serving(listener, settings));
    arguments.addAll(List.of("--http-port", "0"));
    return Service.run(directory, LIMIT, arguments);
  }

  private static Result command(String name, String argument, String listener, Path settings) {
    return Service.run(
        directory,
        LIMIT,
        List.of(
            "%s %s --bootstrap localhost:%s --kafka-config %s"
                .formatted(name, argument, PORTS.get(listener), settings)
                .split(" ")));
  }

  private static void assertOneMessage(Result result, String... parts) {
    assertThat(result.exitCode()).as("exit code with:\n" + result.err()).isEqualTo(1);
    assertThat(result.problems()).as("lines of:\n" + result.err()).hasSize(1);
    assertThat(result.err()).startsWith("residua: ").contains(parts);
    assertThat(result.err() + result.out())
        .doesNotContain(PASSWORD, "not-the-password", certificates.password(), "\tat ");
  }

  /** Output of the command for a user, as Kafka's admin takes it. */
  private static List<AclBinding> printed(String principal) throws IOException {
    Result result =
        Service.run(
            directory,
            LIMIT,
            List.of("topics", "acls", "--principal", principal, "--format", "json"));
    assertThat(result.exitCode()).as(result.err()).isZero();
    List<AclBinding> bindings = new ArrayList<>();
    for (JsonNode entry : new ObjectMapper().readTree(result.out())) {
      for (JsonNode operation : entry.get("operations")) {
        bindings.add(
            binding(
                entry.get("principal").asText().substring("User:".length()),
                entry.get("resourceType").asText(),
                entry.get("patternType").asText(),
                entry.get("name").asText(),
                operation.asText()));
      }
    }
    return bindings;
  }

  private static AclBinding binding(
      String user, String type, String pattern, String name, String operation) {
    return new AclBinding(
        new ResourcePattern(ResourceType.valueOf(type), name, PatternType.valueOf(pattern)),
        new AccessControlEntry(
            "User:" + user, "*", AclOperation.valueOf(operation), AclPermissionType.ALLOW));
  }
}
