package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.BrokerSettings;
import dev.residua.app.kafka.EmbeddedKafka;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.RequiredAcl;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.app.process.Ports;
import dev.residua.app.process.Role;
import dev.residua.app.process.StartFailedException;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One user for each role, on a broker that allows only the entries of {@link RequiredAcl}. */
class RoleAccessIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required";

  @TempDir static Path directory;

  private static @Nullable EmbeddedKafka broker;
  private static int usersPort;

  @BeforeAll
  static void startBroker() throws Exception {
    int internal = Ports.free();
    int controller = Ports.free(internal);
    usersPort = Ports.free(internal, controller);
    String listeners =
        "INTERNAL://localhost:%d,USERS://localhost:%d".formatted(internal, usersPort);
    StringBuilder users = new StringBuilder(LOGIN);
    for (Role role : Role.values()) {
      users.append(" user_%s=\"secret\"".formatted(role.name()));
    }
    broker =
        EmbeddedKafka.start(
            directory,
            BrokerSettings.single(internal, controller, Topics.MAX_RECORD_BYTES)
                .with(
                    Map.of(
                        "listeners",
                        listeners + ",CONTROLLER://localhost:" + controller,
                        "advertised.listeners",
                        listeners,
                        "inter.broker.listener.name",
                        "INTERNAL",
                        "listener.security.protocol.map",
                        "INTERNAL:PLAINTEXT,USERS:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                        "sasl.enabled.mechanisms",
                        "PLAIN",
                        "listener.name.users.plain.sasl.jaas.config",
                        users + ";",
                        "authorizer.class.name",
                        "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        "super.users",
                        "User:ANONYMOUS")));
    KafkaClients clients = KafkaClients.of("localhost:" + internal);
    try (TopicAdmin topics = new TopicAdmin(clients);
        Admin admin = Admin.create(clients.admin())) {
      topics.create(TOPICS, 1, Optional.empty());
      List<AclBinding> access = new ArrayList<>();
      for (Role role : Role.values()) {
        for (RequiredAcl one : RequiredAcl.needed(Topics.DEFAULT_PREFIX, "1", Set.of(role))) {
          one.operations().forEach(operation -> access.add(binding(role, one, operation)));
        }
      }
      admin.createAcls(access).all().get();
    }
  }

  private static AclBinding binding(Role role, RequiredAcl access, AclOperation operation) {
    return new AclBinding(
        new ResourcePattern(
            access.type(),
            access.name(),
            access.prefixed() ? PatternType.PREFIXED : PatternType.LITERAL),
        new AccessControlEntry("User:" + role.name(), "*", operation, AclPermissionType.ALLOW));
  }

  @AfterAll
  static void stopBroker() {
    if (broker != null) {
      broker.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void shouldLetARoleWriteItsOwnTopicsAndNoOthers(Role role) throws Exception {
    // Given
    Set<String> own = new TreeSet<>(written(role));

    // When
    Set<String> accepted = new TreeSet<>();
    Map<String, Object> settings = new HashMap<>(login(role));
    settings.put("bootstrap.servers", "localhost:" + usersPort);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (Topic<?, ?> topic : TOPICS.all()) {
        try {
          producer.send(new ProducerRecord<>(topic.name(), new byte[1], new byte[1])).get();
          accepted.add(topic.name());
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(TopicAuthorizationException.class);
        }
      }
    }

    // Then
    assertThat(accepted).isEqualTo(own);
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void shouldLetNobodyButTheAlertingRoleDeleteRecords(Role role) throws Exception {
    // Given
    KafkaClients clients = new KafkaClients("localhost:" + usersPort, login(role));
    Set<String> own =
        role == Role.ALERT
            ? Set.of("residua.frames", "residua.dead-letters", "residua.evidence")
            : Set.of();

    // When
    Set<String> accepted = new TreeSet<>();
    try (TopicAdmin admin = new TopicAdmin(clients)) {
      for (Topic<?, ?> topic : TOPICS.all()) {
        try {
          admin.deleteBefore(topic.name(), Map.of(0, 0L));
          accepted.add(topic.name());
        } catch (StartFailedException e) {
          assertThat(e).hasCauseInstanceOf(TopicAuthorizationException.class);
        }
      }
    }

    // Then
    assertThat(accepted).isEqualTo(own);
  }

  private static Map<String, String> login(Role role) {
    return Map.of(
        "security.protocol",
        "SASL_PLAINTEXT",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        "%s username=\"%s\" password=\"secret\";".formatted(LOGIN, role.name()));
  }

  /** Topics that each role writes, by its purpose and not by the list under test. */
  private static List<String> written(Role role) {
    List<String> names =
        switch (role) {
          case SCORE -> List.of("scores", "dead-letters", "timelines", "models");
          case MONITOR ->
              List.of(
                  "drift",
                  "anomalies",
                  "drifts",
                  "interventions",
                  "incidents",
                  "calibrations",
                  "source-states",
                  "dead-letters",
                  "models",
                  "sources"); // shares of budgets
          case SHADOW -> List.of("scores.shadow");
          case TRAIN -> List.of("control", "models");
          case ALERT -> List.of("alerts", "incident-groups", "evidence", "dead-letters");
          case INGEST -> List.of("frames");
          case DASHBOARD -> List.of("control", "models", "sources", "audit");
        };
    return names.stream().map(name -> Topics.DEFAULT_PREFIX + name).toList();
  }
}
