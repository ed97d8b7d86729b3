using Dapr.Sidecar.Actors;

namespace Serverless.Sidecar.Tests.Actors;

public sealed class TurnLockTests
{
    [Fact]
    public async Task Any_interleaving_gives_turns_in_order_one_chain_at_a_time()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            try
            {
                await RunAsync(new Random(seed));
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"seed {seed}: {error.Message}", error);
            }
        }
    }

    [Fact]
    public async Task Threads_never_have_a_turn_at_the_same_time()
    {
        var turns = new TurnLock();
        var (inside, done) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 5000; i++)
            {
                (await turns.EnterAsync(chain: null, maxDepth: 1, CancellationToken.None)).ShouldBe(TurnEntry.Entered);
                Interlocked.Increment(ref inside).ShouldBe(1);
                if (i % 10 == 0)
                {
                    await Task.Yield();
                }

                done++;
                Interlocked.Decrement(ref inside);
                turns.Exit();
            }
        })));

        done.ShouldBe(40_000);
        turns.IsFree.ShouldBeTrue();
    }

    private static async Task RunAsync(Random random)
    {
        const int MaxDepth = 3;
        var turns = new TurnLock();
        var model = new Model(MaxDepth);
        List<(Task<TurnEntry> Entry, CancellationTokenSource Cancel)> entries = [];
        for (var step = 0; step < 60; step++)
        {
            switch (random.Next(10))
            {
                case < 5:
                    var chain = random.Next(3) == 0 ? null : $"chain {random.Next(3)}";
                    var cancel = new CancellationTokenSource();
                    entries.Add((turns.EnterAsync(chain, MaxDepth, cancel.Token).AsTask(), cancel));
                    model.Enter(entries.Count - 1, chain);
                    break;
                case < 8 when model.Depth > 0:
                    turns.Exit();
                    model.Exit();
                    break;
                case 8 when model.Waiting.Count > 0:
                    var gone = model.Waiting[random.Next(model.Waiting.Count)].Entry;
                    await entries[gone].Cancel.CancelAsync();
                    model.Cancel(gone);
                    break;
                case 9 when random.Next(20) == 0:
                    turns.Close();
                    model.Close();
                    break;
            }

            for (var entry = 0; entry < entries.Count; entry++)
            {
                var (task, expected) = (entries[entry].Entry, model.Results.GetValueOrDefault(entry, "waits"));
                if (expected != "waits")
                {
                    await Eventually.In(Task.WhenAny(task), $"entry {entry} did not end: {expected}");
                }

                (task.IsCanceled ? "cancelled" : task.IsCompleted ? $"{await task}" : "waits").ShouldBe(expected, $"entry {entry} after step {step}");
            }
        }
    }

    /// <summary>What the lock has to do, said plainly.</summary>
    private sealed class Model(int maxDepth)
    {
        private string? _chain;
        private bool _closed;

        public int Depth { get; private set; }

        public List<(int Entry, string? Chain)> Waiting { get; } = [];

        public Dictionary<int, string> Results { get; } = [];

        public void Enter(int entry, string? chain)
        {
            if (_closed)
            {
                Results[entry] = "Closed";
            }
            else if (Depth == 0)
            {
                Grant(entry, chain);
            }
            else if (chain is null || chain != _chain)
            {
                Waiting.Add((entry, chain));
            }
            else if (Depth >= maxDepth)
            {
                Results[entry] = "TooDeep";
            }
            else
            {
                Depth++;
                Results[entry] = "Entered";
            }
        }

        public void Exit()
        {
            if (--Depth == 0 && Waiting.Count > 0)
            {
                var (entry, chain) = Waiting[0];
                Waiting.RemoveAt(0);
                Grant(entry, chain);
            }
        }

        public void Cancel(int entry)
        {
            Waiting.RemoveAll(waiting => waiting.Entry == entry);
            Results[entry] = "cancelled";
        }

        public void Close()
        {
            _closed = true;
            foreach (var (entry, _) in Waiting)
            {
                Results[entry] = "Closed";
            }

            Waiting.Clear();
        }

        private void Grant(int entry, string? chain)
        {
            (_chain, Depth) = (chain, 1);
            Results[entry] = "Entered";
        }
    }
}
