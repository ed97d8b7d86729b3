using System.Collections.Concurrent;

namespace Serverless.Conformance.App;

/// <summary>What happened in this process, by key, in order: what tests read to know what ran, how often and where.</summary>
internal static class Journal
{
    private static readonly ConcurrentDictionary<string, Page> Pages = new();

    /// <summary>Adds an entry and wakes who waits for it.</summary>
    public static int Note(string key, string entry) => Pages.GetOrAdd(key, _ => new Page()).Add(entry);

    /// <summary>The entries of a key, as soon as there are <paramref name="count"/> of them, or what is there when the patience ends.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(string key, int count, TimeSpan patience)
    {
        var page = Pages.GetOrAdd(key, _ => new Page());
        using var timeout = new CancellationTokenSource(patience);
        while (true)
        {
            var (entries, changed) = page.Look();
            if (entries.Count >= count || timeout.IsCancellationRequested)
            {
                return entries;
            }

            await changed.WaitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class Page
    {
        private readonly Lock _lock = new();
        private readonly List<string> _entries = [];
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Add(string entry)
        {
            lock (_lock)
            {
                _entries.Add(entry);
                _changed.SetResult();
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return _entries.Count;
            }
        }

        public (IReadOnlyList<string> Entries, Task Changed) Look()
        {
            lock (_lock)
            {
                return ([.. _entries], _changed.Task);
            }
        }
    }
}
