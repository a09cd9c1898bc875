package qubes.core.firewall;

/** Which internet protocol an address is of. */
public enum AddressFamily {
    /** IPv4. */
    V4,
    /** IPv6. */
    V6
}
