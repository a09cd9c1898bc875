package qubes.admin.method.storage;

import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.error.QubesVolumeCopyTokenNotFoundError;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;

/**
 * The tokens by which one call offers a volume and another copies it (spec admin-api §10). Each
 * serves once; all are forgotten with the process, and the oldest when there are too many.
 */
@Component(service = CloneTokens.class)
public final class CloneTokens {
    /** Far more than copies that anyone prepares at a time. */
    static final int MOST = 10_000;

    private static final int LENGTH = 32;
    private static final String LETTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private final SecureRandom random = new SecureRandom();
    private final Map<String, Offer> offers =
            new LinkedHashMap<>(); // token to offer, oldest first; guarded by itself

    /**
     * A volume that may be copied.
     *
     * @param owner uuid of its domain
     * @param vid the volume's id at that time
     */
    record Offer(UUID owner, String volume, String pool, String vid) {
        /**
         * The volume's domain; absent if that, or the volume, is not there any more.
         *
         * @throws qubes.core.error.QubesVMNotAvailableError if its klass is away
         */
        Optional<QubesVM> source(Qubes qubes) {
            return qubes.find(owner)
                    .map(VolumeMethods::managed)
                    .filter(vm -> vm.record().volumes().containsKey(volume))
                    .filter(vm -> qubes.pools().find(pool).isPresent())
                    .filter(vm -> vm.storage().poolOf(volume).equals(pool))
                    .filter(vm -> vm.storage().spec(volume).vid().equals(vid));
        }
    }

    @Activate
    public CloneTokens() {}

    /** A token for a volume. */
    String issue(QubesVM vm, String volume) {
        StringBuilder token = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            token.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        Offer offer =
                new Offer(
                        vm.uuid(),
                        volume,
                        vm.storage().poolOf(volume),
                        vm.storage().spec(volume).vid());
        synchronized (offers) {
            if (offers.size() >= MOST) {
                offers.remove(offers.keySet().iterator().next());
            }
            offers.put(token.toString(), offer);
        }
        return token.toString();
    }

    /**
     * What a token is for; it is for nothing from now on.
     *
     * @throws QubesVolumeCopyTokenNotFoundError if it is for nothing
     */
    Offer redeem(String token) {
        Offer offer;
        synchronized (offers) {
            offer = offers.remove(token);
        }
        if (offer == null) {
            throw new QubesVolumeCopyTokenNotFoundError(
                    "Token to clone volume of qube was not found");
        }
        return offer;
    }
}
