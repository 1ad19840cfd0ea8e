package dev.residua.cli.console;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Messages for failures whose own message is only a file name. */
public final class Failures {
  private Failures() {}

  /** One line with the reason and the place of a failure. */
  public static String reason(Throwable failure) {
    if (failure instanceof FileSystemException e) {
      String file = String.valueOf(e.getFile());
      if (failure instanceof NoSuchFileException) {
        return file + " does not exist";
      }
      if (failure instanceof AccessDeniedException) {
        return file + " may not be read or written by this user";
      }
      if (failure instanceof FileAlreadyExistsException) {
        return file + " already exists";
      }
      if (failure instanceof NotDirectoryException) {
        return file + " is not a folder";
      }
    }
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.toString() : message;
  }
}
