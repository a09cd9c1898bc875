package qubes.core.event;

/**
 * An event of something that has not happened yet. Listeners outside hear it first, then handlers
 * from the concrete klass up to the most general; a handler that throws refuses what was about to
 * happen.
 */
public interface PreEvent extends Event {}
