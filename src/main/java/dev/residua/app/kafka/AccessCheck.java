package dev.residua.app.kafka;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
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
  private static final long TIMEOUT_SECONDS = 15;

  private final Admin admin;

  AccessCheck(Admin admin) {
    this.admin = admin;
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
    List<String> missing = new ArrayList<>();
    for (RequiredAcl access : needed) {
      Set<AclOperation> refused =
          switch (access.type()) {
            case TOPIC -> onTopic(access);
            case GROUP -> onGroup(access);
            case TRANSACTIONAL_ID -> onTransactionalId(access);
            case CLUSTER, DELEGATION_TOKEN, USER, ANY, UNKNOWN ->
                throw new IllegalStateException("no access of type " + access.type());
          };
      if (!refused.isEmpty()) {
        missing.add(access.describe(refused));
      }
    }
    return missing;
  }

  private Set<AclOperation> onTopic(RequiredAcl access) throws UnansweredException {
    Answer<Set<AclOperation>> answer =
        ask(
            admin
                .describeTopics(
                    List.of(access.example()),
                    new DescribeTopicsOptions().includeAuthorizedOperations(true))
                .allTopicNames()
                .thenApply(
                    all ->
                        authorized(
                            Objects.requireNonNull(all.get(access.example()))
                                .authorizedOperations())));
    if (answer.failure() instanceof UnknownTopicOrPartitionException) {
      return onNewTopic(access);
    }
    return refused(access, answer);
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

  private Set<AclOperation> onGroup(RequiredAcl access) throws UnansweredException {
    return refused(
        access,
        ask(
            admin
                .describeConsumerGroups(
                    List.of(access.example()),
                    new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
                .all()
                .thenApply(
                    all ->
                        authorized(
                            Objects.requireNonNull(all.get(access.example()))
                                .authorizedOperations()))));
  }

  private Set<AclOperation> onTransactionalId(RequiredAcl access) throws UnansweredException {
    Answer<?> answer =
        ask(admin.describeTransactions(List.of(access.example())).description(access.example()));
    return answer.failure() instanceof AuthorizationException ? access.operations() : Set.of();
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

  private static <T> Answer<T> ask(KafkaFuture<T> question) throws UnansweredException {
    try {
      return new Answer<>(question.get(TIMEOUT_SECONDS, TimeUnit.SECONDS), null);
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
