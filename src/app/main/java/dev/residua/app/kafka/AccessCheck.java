package dev.residua.app.kafka;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Checks the access rights of this client before a role meets one refusal after another. A cluster
 * without access control allows everything.
 */
final class AccessCheck {
  private final Admin admin;
  private final AdminCalls calls;

  AccessCheck(Admin admin, AdminCalls calls) {
    this.admin = admin;
    this.calls = calls;
  }

  /** A cluster does not answer, or does not know this client; see the cause. */
  static final class UnansweredException extends Exception {
    private static final long serialVersionUID = 1L;

    UnansweredException(Throwable cause) {
      super(cause);
    }
  }

  /**
   * The missing rights, one entry per resource, such as {@code Write on topic residua.scores}.
   * Nothing is missing for a resource that does not exist yet.
   *
   * @throws UnansweredException at the first request without an answer
   */
  List<String> missing(List<RequiredAcl> needed) throws UnansweredException {
    // All questions are on their way before the first answer is awaited.
    List<Question> questions = needed.stream().map(this::question).toList();
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < needed.size(); i++) {
      Set<AclOperation> refused = questions.get(i).refused();
      if (!refused.isEmpty()) {
        missing.add(needed.get(i).describe(refused));
      }
    }
    return missing;
  }

  /** A request that was sent. */
  @FunctionalInterface
  private interface Question {
    /** Awaits the answer: the operations that the cluster does not allow. */
    Set<AclOperation> refused() throws UnansweredException;
  }

  private Question question(RequiredAcl access) {
    return switch (access.type()) {
      case TOPIC -> onTopic(access);
      case GROUP -> onGroup(access);
      case TRANSACTIONAL_ID -> onTransactionalId(access);
      case CLUSTER, DELEGATION_TOKEN, USER, ANY, UNKNOWN ->
          throw new IllegalStateException("no access of type " + access.type());
    };
  }

  private Question onTopic(RequiredAcl access) {
    KafkaFuture<Set<AclOperation>> operations =
        admin
            .describeTopics(
                List.of(access.example()),
                new DescribeTopicsOptions().includeAuthorizedOperations(true))
            .allTopicNames()
            .thenApply(
                all ->
                    authorized(
                        Objects.requireNonNull(all.get(access.example())).authorizedOperations()));
    return () -> {
      Answer<Set<AclOperation>> answer = ask(operations);
      return answer.failure() instanceof UnknownTopicOrPartitionException
          ? onNewTopic(access)
          : refused(access, answer);
    };
  }

  /** A missing topic that the product creates itself. */
  private Set<AclOperation> onNewTopic(RequiredAcl access) throws UnansweredException {
    if (!access.operations().contains(AclOperation.CREATE)) {
      return Set.of();
    }
    Answer<Void> answer =
        ask(
            admin
                .createTopics(
                    List.of(new NewTopic(access.example(), Optional.of(1), Optional.empty())),
                    new CreateTopicsOptions().validateOnly(true))
                .all());
    return answer.failure() instanceof AuthorizationException
        ? EnumSet.of(AclOperation.CREATE)
        : Set.of();
  }

  private Question onGroup(RequiredAcl access) {
    KafkaFuture<Set<AclOperation>> operations =
        admin
            .describeConsumerGroups(
                List.of(access.example()),
                new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
            .all()
            .thenApply(
                all ->
                    authorized(
                        Objects.requireNonNull(all.get(access.example())).authorizedOperations()));
    return () -> refused(access, ask(operations));
  }

  private Question onTransactionalId(RequiredAcl access) {
    KafkaFuture<?> description =
        admin.describeTransactions(List.of(access.example())).description(access.example());
    return () ->
        ask(description).failure() instanceof AuthorizationException
            ? access.operations()
            : Set.of();
  }

  /** A broker that names no operations allows all. */
  private static Set<AclOperation> authorized(@Nullable Set<AclOperation> named) {
    return named == null || named.isEmpty() ? EnumSet.allOf(AclOperation.class) : named;
  }

  private static Set<AclOperation> refused(RequiredAcl access, Answer<Set<AclOperation>> answer) {
    if (answer.failure() instanceof AuthorizationException) {
      return access.operations();
    }
    Set<AclOperation> refused = EnumSet.copyOf(access.operations());
    Set<AclOperation> allowed = answer.value();
    if (allowed == null || allowed.contains(AclOperation.ALL)) {
      return Set.of();
    }
    refused.removeAll(allowed);
    return refused;
  }

  private record Answer<T>(@Nullable T value, @Nullable Throwable failure) {}

  private <T> Answer<T> ask(KafkaFuture<T> question) throws UnansweredException {
    try {
      return new Answer<>(calls.await(question), null);
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      if (cause instanceof AuthenticationException
          || cause instanceof org.apache.kafka.common.errors.TimeoutException) {
        throw new UnansweredException(cause);
      }
      return new Answer<>(null, cause);
    } catch (TimeoutException e) {
      throw new UnansweredException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnansweredException(e);
    }
  }
}
