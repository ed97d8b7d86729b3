namespace Serverless.Placement.Pools;

/// <summary>Sets by key.</summary>
internal static class DictionaryExtensions
{
    /// <summary>The set of a key, made when it is asked for first.</summary>
    public static SortedSet<int> GetOrAdd(this Dictionary<string, SortedSet<int>> sets, string key)
    {
        if (!sets.TryGetValue(key, out var set))
        {
            sets[key] = set = [];
        }

        return set;
    }
}
