package qubes.testkit.hypervisor;

/**
 * What a hypervisor, with the guests of the test, can do beyond the common. What it cannot, it must
 * refuse.
 */
public enum HypervisorTrait {
    /** Guests power off when asked to. */
    SHUTDOWN,
    /** Guests can be put to sleep and woken. */
    SUSPEND,
    /** Guests have a console. */
    CONSOLE,
    /** Devices can be attached to running guests. */
    ATTACH
}
