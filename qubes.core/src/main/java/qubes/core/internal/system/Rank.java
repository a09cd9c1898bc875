package qubes.core.internal.system;

import java.util.Map;
import org.osgi.framework.Constants;

/**
 * What decides between services that provide the same thing, as the framework decides: the higher
 * ranking comes first, then the older service.
 *
 * @param ranking higher is better
 * @param id the framework's number of the service; lower is older
 */
record Rank(int ranking, long id) implements Comparable<Rank> {
    static Rank of(Map<String, Object> properties) {
        int ranking =
                properties.get(Constants.SERVICE_RANKING) instanceof Integer wanted ? wanted : 0;
        long id = properties.get(Constants.SERVICE_ID) instanceof Long number ? number : 0;
        return new Rank(ranking, id);
    }

    /** The better first. */
    @Override
    public int compareTo(Rank other) {
        int byRanking = Integer.compare(other.ranking, ranking);
        return byRanking != 0 ? byRanking : Long.compare(id, other.id);
    }
}
