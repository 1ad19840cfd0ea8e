package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.process.Role;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

class RequiredAclTest {
  @Test
  void shouldLetAScoringProcessReadFramesAndWriteScoresAndNothingElse() {
    // When
    List<String> commands =
        RequiredAcl.needed("residua.", "1", Set.of(Role.SCORE)).stream()
            .map(access -> access.asKafkaAcls("kafka:9093", "User:scorer"))
            .filter(line -> !line.contains("--operation Describe --operation DescribeConfigs"))
            .toList();

    // Then
    String add =
        "kafka-acls.sh --bootstrap-server kafka:9093 --add --allow-principal 'User:scorer'";
    assertThat(commands)
        .containsExactly(
            add + " --operation Read --operation DescribeConfigs --topic residua.frames",
            add + " --operation Write --operation DescribeConfigs --topic residua.dead-letters",
            add + " --operation Write --operation DescribeConfigs --topic residua.scores",
            add
                + " --operation Read --operation Write --operation DescribeConfigs"
                + " --topic residua.models",
            add + " --operation Read --operation DescribeConfigs --topic residua.sources",
            add
                + " --operation Read --operation Write --operation DescribeConfigs"
                + " --topic residua.timelines",
            add
                + " --operation Write --transactional-id residua.models"
                + " --resource-pattern-type prefixed",
            add + " --operation Read --group residua.score",
            add
                + " --operation Write --transactional-id residua.score-"
                + " --resource-pattern-type prefixed");
  }

  @Test
  void shouldLetAnAlertingProcessReadIncidentsAndWriteNothingButItsOwnStateAndDeadLetters() {
    // When
    List<String> access =
        RequiredAcl.needed("residua.", "1", Set.of(Role.ALERT)).stream()
            .filter(
                one ->
                    one.operations().contains(AclOperation.READ)
                        || one.operations().contains(AclOperation.WRITE))
            .map(one -> one.describe(one.operations()))
            .toList();

    // Then
    assertThat(access)
        .containsExactly(
            "Read, Delete, DescribeConfigs on topic residua.frames",
            "Read, Write, Delete, DescribeConfigs on topic residua.dead-letters",
            "Read, DescribeConfigs on topic residua.incidents",
            "Read, DescribeConfigs on topic residua.source-states",
            "Write, DescribeConfigs on topic residua.incident-groups",
            "Read, Write, Delete, DescribeConfigs on topic residua.evidence",
            "Read, DescribeConfigs on topic residua.models",
            "Read, DescribeConfigs on topic residua.control",
            "Read, DescribeConfigs on topic residua.sources",
            "Read, Write, DescribeConfigs on topic residua.alerts",
            "Read on group residua.alert",
            "Write on transactional id residua.alert-*",
            "Read on group residua.evidence",
            "Read on group residua.retention",
            "Read on group residua.states");
  }

  @Test
  void shouldLetAnAlertingProcessSeeTheProgressOfTheRolesBeforeIt() {
    assertThat(RequiredAcl.needed("residua.", "1", Set.of(Role.ALERT)))
        .filteredOn(one -> one.type() == ResourceType.GROUP)
        .extracting(one -> one.describe(one.operations()))
        .contains("Describe on group residua.score", "Describe on group residua.monitor");
  }

  @Test
  void shouldAskOnceForWhatSeveralRolesNeed() {
    // When
    List<RequiredAcl> all = RequiredAcl.needed("plant.", "7", EnumSet.allOf(Role.class));

    // Then
    assertThat(all).extracting(access -> access.type() + access.name()).doesNotHaveDuplicates();
    assertThat(all)
        .filteredOn(access -> access.name().equals("plant.scores"))
        .singleElement()
        .satisfies(
            scores ->
                assertThat(scores.operations())
                    .containsExactlyInAnyOrder(
                        AclOperation.READ, AclOperation.WRITE, AclOperation.DESCRIBE_CONFIGS));
    assertThat(all)
        .filteredOn(access -> access.type() == ResourceType.TRANSACTIONAL_ID)
        .allMatch(access -> access.prefixed() && access.example().startsWith(access.name()));
  }

  @Test
  void shouldNeverAskForTheCluster() {
    assertThat(RequiredAcl.needed("residua.", "1", EnumSet.allOf(Role.class)))
        .extracting(RequiredAcl::type)
        .containsOnly(ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID);
  }

  @Test
  void shouldWriteEntriesOfAStrimziUser() {
    // Given
    RequiredAcl access =
        RequiredAcl.needed("residua.", "1", Set.of(Role.MONITOR)).stream()
            .filter(one -> one.name().equals("residua.monitor-"))
            .findFirst()
            .orElseThrow();

    // When, Then
    assertThat(access.asStrimzi())
        .isEqualTo(
            """
            - resource:
                type: topic
                name: residua.monitor-
                patternType: prefix
              operations: [Read, Write, Create]""");
  }
}
