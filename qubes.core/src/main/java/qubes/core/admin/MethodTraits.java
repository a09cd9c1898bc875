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
        /** One domain. */
        LOCAL,
        /** The whole system. */
        GLOBAL
    }

    /** What a method can do. */
    public enum Access {
        /** Changes nothing. */
        READ,
        /** Changes something, or makes something happen. */
        EXECUTE
    }

    /** Whether a part of a request must, must not, or may be there. */
    public enum Presence {
        /** It must not be there. */
        NONE,
        /** It may be there. */
        OPTIONAL,
        /** It must be there. */
        REQUIRED
    }

    /** Which destinations a method takes. */
    public enum Destination {
        /** Every domain. */
        ANY,
        /** Dom0 only. */
        ADMIN_VM,
        /** Every domain but dom0. */
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

    /**
     * {@return a read of memory that takes nothing and goes to any destination}
     *
     * @param scope one domain, or the system
     */
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

    /**
     * {@return a change that takes nothing and goes to any destination}
     *
     * @param scope one domain, or the system
     */
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

    /**
     * {@return this, with an argument}
     *
     * @param presence whether it must be there
     */
    public MethodTraits argument(Presence presence) {
        return new MethodTraits(scope, access, presence, payload, destination, pace, socket);
    }

    /**
     * {@return this, with a payload}
     *
     * @param presence whether it must be there
     */
    public MethodTraits payload(Presence presence) {
        return new MethodTraits(scope, access, argument, presence, destination, pace, socket);
    }

    /**
     * {@return this, for some destinations only}
     *
     * @param destinations which are let through
     */
    public MethodTraits to(Destination destinations) {
        return new MethodTraits(scope, access, argument, payload, destinations, pace, socket);
    }

    /**
     * {@return this, at another pace}
     *
     * @param needed how long an answer can take
     */
    public MethodTraits pace(Pace needed) {
        return new MethodTraits(scope, access, argument, payload, destination, needed, socket);
    }

    /**
     * {@return this, served on another socket}
     *
     * @param where the socket
     */
    public MethodTraits on(AdminSocket where) {
        return new MethodTraits(scope, access, argument, payload, destination, pace, where);
    }
}
