package dev.residua.teaching;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * State of the teaching, with the changes that led to it. Every person has a history of their own:
 * undo takes back the last change of the person who asks, and is refused if somebody else has built
 * on it. Immutable.
 *
 * @param state at present
 * @param log the last changes, oldest first
 * @param revision number of changes so far, undone ones and undoing included
 */
public record TeachingSession(TeachingState state, List<Entry> log, long revision) {
  static final int MAX_LOG = 1_000;

  /**
   * A change.
   *
   * @param who made it
   * @param undone whether it is taken back, and can be repeated
   */
  public record Entry(String who, TeachingChange change, boolean undone) {}

  public TeachingSession {
    log = List.copyOf(log.size() > MAX_LOG ? log.subList(log.size() - MAX_LOG, log.size()) : log);
  }

  /** A session without history. */
  public static TeachingSession of(TeachingState state) {
    return new TeachingSession(state, List.of(), 0);
  }

  /**
   * The session after a change. Changes that the person had undone cannot be repeated afterwards.
   *
   * @throws TeachingConflictException if the state is not the expected one
   */
  public TeachingSession after(String who, TeachingChange change) throws TeachingConflictException {
    TeachingState next = change.applyTo(state);
    List<Entry> entries = new ArrayList<>(log);
    entries.removeIf(entry -> entry.undone() && entry.who().equals(who));
    entries.add(new Entry(who, change, false));
    return new TeachingSession(next, entries, revision + 1);
  }

  /** The change that {@link #undo} takes back. */
  public Optional<TeachingChange> undoable(String who) {
    int last = lastOf(who, entry -> !entry.undone());
    return last < 0 ? Optional.empty() : Optional.of(log.get(last).change());
  }

  /** The change that {@link #redo} repeats. */
  public Optional<TeachingChange> redoable(String who) {
    int first = firstUndoneOf(who);
    return first < 0 ? Optional.empty() : Optional.of(log.get(first).change());
  }

  /**
   * The session without the last change of a person.
   *
   * @throws TeachingConflictException if there is none, or if others have changed the same thing
   */
  public TeachingSession undo(String who) throws TeachingConflictException {
    int at = lastOf(who, entry -> !entry.undone());
    if (at < 0) {
      throw new TeachingConflictException("there is nothing to undo");
    }
    return marked(at, true, log.get(at).change().inverse());
  }

  /**
   * The session with the change that the person undid last.
   *
   * @throws TeachingConflictException if there is none, or if others have changed the same thing
   */
  public TeachingSession redo(String who) throws TeachingConflictException {
    int at = firstUndoneOf(who);
    if (at < 0) {
      throw new TeachingConflictException("there is nothing to repeat");
    }
    return marked(at, false, log.get(at).change());
  }

  private TeachingSession marked(int at, boolean undone, TeachingChange change)
      throws TeachingConflictException {
    List<Entry> entries = new ArrayList<>(log);
    Entry entry = entries.get(at);
    entries.set(at, new Entry(entry.who(), entry.change(), undone));
    return new TeachingSession(change.applyTo(state), entries, revision + 1);
  }

  private int lastOf(String who, Predicate<Entry> wanted) {
    for (int i = log.size() - 1; i >= 0; i--) {
      if (log.get(i).who().equals(who) && wanted.test(log.get(i))) {
        return i;
      }
    }
    return -1;
  }

  private int firstUndoneOf(String who) {
    for (int i = 0; i < log.size(); i++) {
      if (log.get(i).who().equals(who) && log.get(i).undone()) {
        return i;
      }
    }
    return -1;
  }
}
