package qubes.core.vm;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesVMError;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.property.PropertyType;
import qubes.core.value.DomainName;

/**
 * The capability of being in the network: who gives the domain its network, and the addresses that
 * follow from that (spec network.md). The domains form a forest; edges point from a domain to its
 * {@code netvm}.
 */
public final class Network {
    private static final Pattern MAC = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");
    private static final String IPV6_PREFIX = "fd09:24ef:4179::";
    private static final String NETMASK = "255.255.255.255";
    private static final String DNS = "10.139.1.1 10.139.1.2";

    /** Qube that gives this one its network. None cuts it off; the default follows the system's. */
    public static final Property<Optional<DomainName>> NETVM =
            Property.of(BaseVM.class, "netvm", PropertyType.OPTIONAL_DOMAIN)
                    .allows(
                            "the name of a qube with provides_network, or none, so that no loop comes about")
                    .doc(
                            "Qube that gives this one its network. None cuts it off; the default follows the system's.")
                    .loadStage(4)
                    .from(Globals.valueOf(Globals.DEFAULT_NETVM))
                    .accept(References.existing("netvm"))
                    .accept(Network::provider)
                    .define();

    /** Whether other qubes can get their network from this one. */
    public static final Property<Boolean> PROVIDES_NETWORK =
            Property.of(BaseVM.class, "provides_network", PropertyType.BOOL)
                    .allows("True or False; not False while others get their network from the qube")
                    .doc("Whether other qubes can get their network from this one.")
                    .defaultsTo(false)
                    .accept(Network::refuseWhileConnected)
                    .define();

    /** Hardware address of the network interface. */
    public static final Property<String> MAC_ADDRESS =
            Property.of(BaseVM.class, "mac", PropertyType.STR_OF_LOWER_CASE)
                    .allows("six groups of two hex digits, joined by colons")
                    .doc("Hardware address of the network interface.")
                    .defaultsTo("00:16:3e:5e:6c:00")
                    .accept((vm, text) -> mac(text))
                    .define();

    /** IPv4 address of the qube. */
    public static final Property<Optional<String>> IP =
            Property.of(BaseVM.class, "ip", Addresses.IPV4)
                    .allows("an IPv4 address")
                    .doc("IPv4 address of the qube.")
                    .defaultsTo(
                            "made of qid or dispid, if networked", vm -> Network.of(vm).derivedIp())
                    .check(Addresses::refuseNone)
                    .define();

    /** IPv6 address of the qube. */
    public static final Property<Optional<String>> IP6 =
            Property.of(BaseVM.class, "ip6", Addresses.IPV6)
                    .allows("an IPv6 address")
                    .doc("IPv6 address of the qube.")
                    .defaultsTo(
                            "made of qid or dispid, if networked and the feature ipv6 is on",
                            vm -> Network.of(vm).derivedIp6())
                    .check(Addresses::refuseNone)
                    .define();

    /** IPv4 address as the qube itself sees it. */
    public static final Property<Optional<String>> VISIBLE_IP =
            address("visible_ip", "IPv4 address as the qube itself sees it.", Network::visibleIp);

    /** IPv6 address as the qube itself sees it. */
    public static final Property<Optional<String>> VISIBLE_IP6 =
            address(
                    "visible_ip6",
                    "IPv6 address as the qube itself sees it.",
                    net -> net.vm.get(IP6));

    /** IPv4 gateway as the qube itself sees it. */
    public static final Property<Optional<String>> VISIBLE_GATEWAY =
            address(
                    "visible_gateway",
                    "IPv4 gateway as the qube itself sees it.",
                    Network::visibleGateway);

    /** IPv6 gateway as the qube itself sees it. */
    public static final Property<Optional<String>> VISIBLE_GATEWAY6 =
            address(
                    "visible_gateway6",
                    "IPv6 gateway as the qube itself sees it.",
                    Network::visibleGateway6);

    /** IPv4 netmask as the qube itself sees it. */
    public static final Property<Optional<String>> VISIBLE_NETMASK =
            address(
                    "visible_netmask",
                    "IPv4 netmask as the qube itself sees it.",
                    Network::visibleNetmask);

    /** IPv4 gateway that this qube is to others. */
    public static final Property<Optional<String>> GATEWAY =
            address(
                    "gateway",
                    "IPv4 gateway that this qube is to others.",
                    net -> net.provides() ? net.visibleIp() : Optional.empty());

    /** IPv6 gateway that this qube is to others. */
    public static final Property<Optional<String>> GATEWAY6 =
            address(
                    "gateway6",
                    "IPv6 gateway that this qube is to others.",
                    net ->
                            net.provides() && net.ipv6()
                                    ? net.vm.get(VISIBLE_IP6)
                                    : Optional.empty());

    /** Addresses of the name servers. */
    public static final Property<Optional<String>> NAME_SERVERS =
            address(
                    "dns",
                    "Addresses of the name servers.",
                    net -> net.networked() ? Optional.of(DNS) : Optional.empty());

    /** To compose a klass with. */
    public static final Capability<Network> CAPABILITY =
            new Capability<>(
                    "NetVMMixin",
                    Network.class,
                    Network::new,
                    List.of(
                            NETVM,
                            PROVIDES_NETWORK,
                            MAC_ADDRESS,
                            IP,
                            IP6,
                            VISIBLE_IP,
                            VISIBLE_IP6,
                            VISIBLE_GATEWAY,
                            VISIBLE_GATEWAY6,
                            VISIBLE_NETMASK,
                            GATEWAY,
                            GATEWAY6,
                            NAME_SERVERS),
                    NetworkEffects.handlers());

    private final BaseVM vm;

    private Network(BaseVM vm) {
        this.vm = vm;
    }

    /** {@return the domain that gives the network, default included} */
    public Optional<BaseVM> netvm() {
        return vm.reference("netvm");
    }

    /** {@return true if the domain gives network to others} */
    public boolean provides() {
        return vm.find(PROVIDES_NETWORK).orElse(false);
    }

    /** {@return true if the domain gives or gets network} */
    public boolean networked() {
        return provides() || netvm().isPresent();
    }

    /** {@return the domains that get their network directly from this one, default included} */
    public List<BaseVM> connected() {
        return Referrers.of(vm, NETVM.name());
    }

    static Network of(BaseVM vm) {
        return vm.find(Network.class)
                .orElseThrow(() -> new IllegalStateException(vm + " has no network"));
    }

    /**
     * Tells the system of another netvm that was chosen while the domain was paused: a feature
     * remembers which one its guest still believes to have. Nothing happens if none was, if the new
     * netvm does not run, or if the domain was started in advance and waits to be used. Never
     * blocks. Source: spec network.md §4, {@code apply_deferred_netvm}.
     *
     * @throws qubes.core.error.QubesException if a handler fails; it can be tried again then
     */
    public void applyDeferredNetvm() {
        DeferredNetvm.apply(vm);
    }

    private Optional<String> derivedIp() {
        return networked()
                ? Optional.of(Addresses.ipv4(dispid().isPresent() ? "10.138" : "10.137", number()))
                : Optional.empty();
    }

    private Optional<String> derivedIp6() {
        if (!networked() || !ipv6()) {
            return Optional.empty();
        }
        return Optional.of(
                IPV6_PREFIX
                        + (dispid().isPresent() ? "a8a:" : "a89:")
                        + Integer.toHexString(number()));
    }

    private int number() {
        return dispid().orElse(vm.qid());
    }

    private Optional<Integer> dispid() {
        return vm.properties().find("dispid").flatMap(vm::find).map(Integer.class::cast);
    }

    private boolean ipv6() {
        return Features.meansTrue(vm.features().checkWithNetvm("ipv6", ""));
    }

    private Optional<String> visibleIp() {
        Optional<String> fake = feature("net.fake-ip");
        return fake.isPresent() ? fake : vm.get(IP);
    }

    private Optional<String> visibleGateway() {
        Optional<String> fake = feature("net.fake-gateway");
        return fake.isPresent() ? fake : ofNetvm(GATEWAY);
    }

    private Optional<String> visibleGateway6() {
        return ipv6() ? ofNetvm(GATEWAY6) : Optional.empty();
    }

    private Optional<String> visibleNetmask() {
        Optional<String> fake = feature("net.fake-netmask");
        return fake.isPresent()
                ? fake
                : netvm().filter(
                                netvm ->
                                        netvm.find(Network.class)
                                                .filter(Network::networked)
                                                .isPresent())
                        .map(netvm -> NETMASK);
    }

    private Optional<String> ofNetvm(Property<Optional<String>> property) {
        return netvm().filter(netvm -> netvm.hasProperty(property.name()))
                .flatMap(netvm -> netvm.get(property));
    }

    private Optional<String> feature(String name) {
        return vm.features().findWithTemplate(name).filter(value -> !value.isEmpty());
    }

    private static Property<Optional<String>> address(
            String name, String doc, java.util.function.Function<Network, Optional<String>> rule) {
        return Property.of(BaseVM.class, name, PropertyType.OPTIONAL_STR)
                .doc(doc)
                .computed("computed", vm -> rule.apply(Network.of(vm)))
                .define();
    }

    private static String mac(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (!MAC.matcher(lower).matches()) {
            throw new IllegalArgumentException(
                    "a hardware address is six groups of two hex digits, not " + Repr.quote(text));
        }
        return lower;
    }

    private static Optional<DomainName> provider(BaseVM vm, Optional<DomainName> name) {
        Optional<BaseVM> netvm = name.flatMap(n -> vm.qubes().find(n));
        if (netvm.isPresent()) {
            if (!givesNetwork(netvm.get())) {
                throw new QubesValueError("The " + netvm.get() + " qube does not provide network");
            }
            refuseLoop(vm, netvm.get());
        }
        return name;
    }

    /** An unavailable domain keeps its place in the chain: what the store says of it counts. */
    private static boolean givesNetwork(BaseVM netvm) {
        return netvm.available()
                ? netvm.find(Network.class).map(Network::provides).orElse(false)
                : netvm.record()
                        .property(PROVIDES_NETWORK.name())
                        .map(value -> value.as(PROVIDES_NETWORK))
                        .orElse(false);
    }

    private static boolean refuseWhileConnected(BaseVM vm, boolean provides) {
        if (!provides && !Network.of(vm).connected().isEmpty()) {
            throw new QubesValueError(
                    "The qube is still used by other qubes, change theirs 'netvm' first");
        }
        return provides;
    }

    static void refuseLoop(BaseVM vm, BaseVM netvm) {
        if (upstream(netvm).contains(vm)) {
            throw new QubesValueError("Loops in network are unsupported");
        }
    }

    /**
     * A system-wide default may not close a loop: no domain on the way up from the new default may
     * itself follow the default.
     */
    static Optional<DomainName> refuseDefaultLoop(
            PropertyHolder holder, Optional<DomainName> name) {
        if (name.isPresent() && holder instanceof Qubes qubes) {
            for (BaseVM vm : upstream(qubes.domain(name.get()))) {
                if (vm.hasProperty(NETVM.name()) && vm.isDefault(NETVM)) {
                    throw new QubesPropertyValueError("Network loop on '" + vm + "'");
                }
            }
        }
        return name;
    }

    /** Nobody can set netvms so that they lead round in a circle, but a store can hold them so. */
    static void refuseLoop(BaseVM vm) {
        Set<BaseVM> way = upstream(vm);
        for (BaseVM at : way) {
            if (at.reference("netvm").filter(next -> next == vm).isPresent()) {
                throw new QubesVMError(
                        "Network loop on '"
                                + vm
                                + "': its netvms lead round in a circle; set another netvm");
            }
        }
    }

    /** A domain and those it gets its network from, directly or through others, nearest first. */
    private static Set<BaseVM> upstream(BaseVM vm) {
        Set<BaseVM> way = new LinkedHashSet<>();
        Optional<BaseVM> at = Optional.of(vm);
        while (at.isPresent() && way.add(at.get())) {
            at = at.get().reference("netvm");
        }
        return way;
    }
}
