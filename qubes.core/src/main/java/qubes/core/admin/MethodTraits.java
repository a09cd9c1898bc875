package qubes.core.admin;

/**
 * What a caller may send to a method, and what kind of method it is. Calls that do not fit are
 * refused before the method sees them.
 *
 * @param scope whether it is about one qube or the whole system; with {@code access}, what a policy
 *     allows by default
 * @param access whether it can change anything
 * @param pace how long an answer can take
 * @param socket where it is served
 */
public record MethodTraits(
        Scope scope,
        Access access,
        Presence argument,
        Presence payload,
        Destination destination,
        Pace pace,
        AdminSocket socket) {
    /** What a method is about. */
    public enum Scope {
        LOCAL,
        GLOBAL
    }

    /** What a method can do. */
    public enum Access {
        READ,
        /** Changes something, or makes something happen. */
        EXECUTE
    }

    /** Whether a part of a request must, must not, or may be there. */
    public enum Presence {
        NONE,
        OPTIONAL,
        REQUIRED
    }

    /** Which destinations a method takes. */
    public enum Destination {
        ANY,
        ADMIN_VM,
        NOT_ADMIN_VM
    }

    /** How long an answer can take. Slower calls never hold up quicker ones. */
    public enum Pace {
        /** Nothing is waited for: memory only. */
        INSTANT,
        /** Something local is waited for, such as a change to be on disk. */
        BRIEF,
        /** A guest, or the data of volumes, is waited for: seconds or minutes. */
        LONG
    }

    /** A read of memory that takes nothing and goes to any destination. */
    public static MethodTraits read(Scope scope) {
        return new MethodTraits(
                scope,
                Access.READ,
                Presence.NONE,
                Presence.NONE,
                Destination.ANY,
                Pace.INSTANT,
                AdminSocket.ADMIN);
    }

    /** A change that takes nothing and goes to any destination. */
    public static MethodTraits execute(Scope scope) {
        return new MethodTraits(
                scope,
                Access.EXECUTE,
                Presence.NONE,
                Presence.NONE,
                Destination.ANY,
                Pace.BRIEF,
                AdminSocket.ADMIN);
    }

    /** This, with an argument. */
    public MethodTraits argument(Presence presence) {
        return new MethodTraits(scope, access, presence, payload, destination, pace, socket);
    }

    /** This, with a payload. */
    public MethodTraits payload(Presence presence) {
        return new MethodTraits(scope, access, argument, presence, destination, pace, socket);
    }

    /** This, for some destinations only. */
    public MethodTraits to(Destination destinations) {
        return new MethodTraits(scope, access, argument, payload, destinations, pace, socket);
    }

    /** This, at another pace. */
    public MethodTraits pace(Pace needed) {
        return new MethodTraits(scope, access, argument, payload, destination, needed, socket);
    }

    /** This, served on another socket. */
    public MethodTraits on(AdminSocket where) {
        return new MethodTraits(scope, access, argument, payload, destination, pace, where);
    }
}
