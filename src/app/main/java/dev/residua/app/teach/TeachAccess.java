package dev.residua.app.teach;

import dev.residua.access.AccessRole;
import dev.residua.access.Grants;
import dev.residua.access.Person;
import dev.residua.app.web.TokensFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Access to the teaching page: for everybody on this machine, for everybody with its one token, or
 * for the people of a tokens file with an operator grant for the scene of the data set. Trainings
 * need an owner grant. Thread-safe.
 */
public final class TeachAccess {
  /** Access for everybody, for a server on loopback. */
  public static final TeachAccess OPEN = new TeachAccess(null, null, "");

  private static final Person ANYONE = new Person(null, Grants.everywhere(AccessRole.OWNER));

  private final @Nullable String token;
  private final @Nullable TokensFile people;
  private final String scene;

  private TeachAccess(@Nullable String token, @Nullable TokensFile people, String scene) {
    this.token = token;
    this.people = people;
    this.scene = scene;
  }

  /** Returns the access of everybody who has a token. */
  public static TeachAccess withToken(String token) {
    return new TeachAccess(token, null, "");
  }

  /**
   * Returns the access of the people of a tokens file.
   *
   * @param scene of the data set
   * @throws IllegalArgumentException with a sentence, if the file cannot be used
   */
  public static TeachAccess ofPeople(Path tokensFile, String scene) {
    return new TeachAccess(null, new TokensFile(tokensFile, System::nanoTime), scene);
  }

  /** Returns true if everybody may do everything. */
  boolean isOpen() {
    return token == null && people == null;
  }

  /** Returns true if each person has a name and a token. */
  boolean knowsPeople() {
    return people != null;
  }

  /**
   * Returns the sender of a request.
   *
   * @param given token of the request
   * @return empty for an invalid token; a person without a name if people have no tokens
   */
  Optional<Person> person(@Nullable String given) {
    if (isOpen()) {
      return Optional.of(ANYONE);
    }
    if (given == null) {
      return Optional.empty();
    }
    if (people != null) {
      return people.person(given);
    }
    return matches(given) ? Optional.of(ANYONE) : Optional.empty();
  }

  private boolean matches(String given) {
    return token != null
        && MessageDigest.isEqual(
            token.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns the reason to refuse a request; empty if it is allowed.
   *
   * @param changesTraining true if it starts or cancels a training
   */
  Optional<String> refusal(Person person, boolean changesTraining) {
    AccessRole needed = changesTraining ? AccessRole.OWNER : AccessRole.OPERATOR;
    if (people == null || person.grants().allowScene(needed, scene)) {
      return Optional.empty();
    }
    return Optional.of(
        "%s needs the grant %s:scene=%s or %s; you have %s"
            .formatted(
                changesTraining ? "a training" : "this page",
                needed.text(),
                scene,
                needed.text(),
                person.grants()));
  }
}
