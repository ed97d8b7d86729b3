using System.Diagnostics;
using Serverless.Inference.Blocks;
using Serverless.Inference.Sequences;

namespace Serverless.Inference.Scheduling;

/// <summary>
/// Decides what each step computes: first the next token of every running sequence, then prompts in chunks as far as the budget
/// of tokens goes, then new requests. When blocks run out, the sequence that was admitted last gives its own back and is
/// computed anew later. Pure bookkeeping: no kernels, no clock, no threads.
/// </summary>
internal sealed class Scheduler(SchedulerOptions options, BlockManager blocks)
{
    // In order of admission; a group's sequences stand side by side.
    private readonly List<Sequence> running = [];

    // In order of admission too: they go before every waiting request.
    private readonly List<Sequence> preempted = [];
    private readonly WaitingRequests waiting = new();
    private long admissions;

    // Running sequences, with those that groups still computing their prompt will fork into.
    private int slots;

    /// <summary>Sequences that run.</summary>
    public int Running => running.Count;

    /// <summary>Requests that wait and sequences that were preempted.</summary>
    public int Waiting => waiting.Count + preempted.Count;

    /// <summary>Sequences preempted so far.</summary>
    public long Preemptions { get; private set; }

    /// <summary>Whether there is anything to do.</summary>
    public bool HasWork => running.Count > 0 || Waiting > 0;

    /// <summary>The running sequences, oldest first.</summary>
    public IReadOnlyList<Sequence> RunningSequences => running;

    /// <summary>Takes a request. It must fit: N at most the number of slots, its tokens at most the cache's.</summary>
    public void Add(SequenceGroup group) => waiting.Add(group);

    /// <summary>Plans the next step. Tokens that steps under way will sample may be pending; the plan is empty if all must wait for them.</summary>
    public void Schedule(StepPlan plan)
    {
        plan.Clear();
        long before = Preemptions;
        ContinueDecodes(plan);
        ContinuePrompts(plan);

        // What was preempted for want of blocks must not take them back in the same step.
        if (Preemptions == before) Admit(plan);
        if (plan.Chunks.Count == 0 && HasWork && !AnyPending()) throw new UnreachableException("There is work, but no sequence can run.");
    }

    /// <summary>A sequence has ended, while it ran or after it was preempted. True when it was the last of its group.</summary>
    public bool End(Sequence sequence, FinishReason reason)
    {
        sequence.FinishReason = reason;
        if (sequence.IsRunning)
        {
            blocks.Release(sequence.Blocks);
            sequence.IsRunning = false;
            slots -= SlotsOf(sequence);
        }

        // A leader that ends before it has forked takes the others with it.
        bool last = sequence.Group.EndOne();
        for (int i = 1; i < sequence.Group.N && !sequence.Group.IsForked; i++) last = sequence.Group.EndOne();
        if (last) waiting.Ended(sequence.Group);
        return last;
    }

    /// <summary>Forgets ended sequences; called once after the <see cref="End"/> calls of a step.</summary>
    public void RemoveEnded()
    {
        running.RemoveAll(static sequence => sequence.FinishReason is not null);
        preempted.RemoveAll(static sequence => sequence.FinishReason is not null);
    }

    /// <summary>Takes out all requests whose callers gave up; the loop tells them.</summary>
    public void RemoveCancelled(List<SequenceGroup> removed)
    {
        waiting.RemoveCancelled(removed);
        CancelIn(running, removed);
        CancelIn(preempted, removed);
        RemoveEnded();
    }

    /// <summary>Takes out everything, because the engine ends.</summary>
    public void RemoveAll(List<SequenceGroup> removed)
    {
        waiting.RemoveAll(removed);
        foreach (var sequence in running) AddOnce(removed, sequence.Group);
        foreach (var sequence in preempted) AddOnce(removed, sequence.Group);
        running.Clear();
        preempted.Clear();
    }

    private void ContinueDecodes(StepPlan plan)
    {
        for (int i = 0; i < running.Count; i++)
        {
            var sequence = running[i];
            if (sequence.Length - sequence.Computed != 1 || MustWait(sequence) || !MakeRoom(sequence, plan)) continue;
            bool forks = !sequence.Group.IsForked;
            Plan(plan, sequence, 1);

            // Those that have just forked wait for their first token, which this step samples.
            if (forks && sequence.Group.IsForked) i += sequence.Group.N - 1;
        }
    }

    private void ContinuePrompts(StepPlan plan)
    {
        // Forked sequences join the list behind their first one, with nothing left to compute in this step.
        for (int i = 0; i < running.Count && plan.RowCount < options.MaxBatchedTokens; i++)
        {
            var sequence = running[i];
            int left = sequence.Length - sequence.Computed;
            if (left > 1) Plan(plan, sequence, Math.Min(left, options.MaxBatchedTokens - plan.RowCount));
        }
    }

    private void Admit(StepPlan plan)
    {
        while (plan.RowCount < options.MaxBatchedTokens)
        {
            bool again = preempted.Count > 0;
            SequenceGroup? group = null;
            if (!again && !waiting.TryPeek(out group)) return;
            var sequence = again ? preempted[0] : group!.First;
            if (slots + SlotsOf(sequence) > options.MaxSequences || sequence.Pending > 0) return;

            // Nothing jumps the queue: who needs many blocks gets them as soon as those who run have ended.
            if (!blocks.TryAdmit(sequence.Blocks, sequence.Tokens, Reserve(), out int found)) return;
            if (again)
            {
                preempted.RemoveAt(0);
            }
            else
            {
                waiting.Take(group!);
                group!.Admission = admissions++;
                group.CachedTokens = found;
            }

            sequence.Computed = found;
            plan.Admits = true;
            Run(sequence);
            Plan(plan, sequence, Math.Min(sequence.Count - found, options.MaxBatchedTokens - plan.RowCount));
        }
    }

    /// <summary>Whether nothing can be planned until pending tokens are known: it may end with them, or be sampled with all of them in view.</summary>
    private static bool MustWait(Sequence sequence) =>
        sequence.Pending > 0 && (sequence.Length - sequence.Group.PromptLength >= sequence.Group.MaxTokens || sequence.Group.NeedsHistory);

    private bool AnyPending() => running.Exists(static sequence => sequence.Pending > 0) || preempted.Exists(static sequence => sequence.Pending > 0);

    /// <summary>Blocks to leave for the growth of those who run, so that admitting one does not at once preempt another.</summary>
    private int Reserve() => Math.Min(running.Count, blocks.Total / 4);

    private void Run(Sequence sequence)
    {
        int index = running.Count;
        while (index > 0 && running[index - 1].Group.Admission > sequence.Group.Admission) index--;
        running.Insert(index, sequence);
        sequence.IsRunning = true;
        slots += SlotsOf(sequence);
    }

    private void Plan(StepPlan plan, Sequence sequence, int count)
    {
        plan.Add(new Chunk(sequence, sequence.Computed, count) { PendingSample = sequence.Pending > 0 ? sequence.PendingSample : -1 });
        sequence.Computed += count;

        // A block's hash needs its tokens; one that ends with a pending token is published when the sequence goes on.
        blocks.Publish(sequence.Blocks, sequence.Tokens, Math.Min(sequence.Computed, sequence.Count));
        if (sequence.Computed < sequence.Length) return;
        plan.AddSample(sequence);
        if (!sequence.Group.IsForked) Fork(plan, sequence);
    }

    /// <summary>The prompt is computed with this step: its other completions share the blocks and sample from the same logits.</summary>
    private void Fork(StepPlan plan, Sequence first)
    {
        var group = first.Group;
        group.Fork();
        int index = running.IndexOf(first);
        for (int i = 1; i < group.N; i++)
        {
            var fork = group.Sequences[i]!;
            blocks.Share(first.Blocks, fork.Blocks);
            fork.IsRunning = true;
            running.Insert(index + i, fork);
            plan.AddSample(fork);
        }
    }

    /// <summary>Makes the sequence's next slot writable, if need be at the cost of younger ones; false if it was the youngest itself.</summary>
    private bool MakeRoom(Sequence sequence, StepPlan plan)
    {
        while (!blocks.TryMakeWritable(sequence.Blocks, sequence.Computed, plan.Copies))
        {
            var youngest = running[^1];
            Preempt(youngest);
            if (youngest == sequence) return false;
        }

        return true;
    }

    private void Preempt(Sequence sequence)
    {
        running.RemoveAt(running.Count - 1);
        blocks.Release(sequence.Blocks);
        sequence.Computed = 0;
        sequence.IsRunning = false;
        slots -= SlotsOf(sequence);
        preempted.Insert(0, sequence);
        Preemptions++;
    }

    private static int SlotsOf(Sequence sequence) => sequence.Group.IsForked ? 1 : sequence.Group.N;

    private void CancelIn(List<Sequence> sequences, List<SequenceGroup> removed)
    {
        foreach (var sequence in sequences)
        {
            if (sequence.FinishReason is null && sequence.Group.IsCancelled && End(sequence, Inference.FinishReason.Cancelled))
                removed.Add(sequence.Group);
        }
    }

    private static void AddOnce(List<SequenceGroup> groups, SequenceGroup group)
    {
        if (!groups.Contains(group)) groups.Add(group);
    }
}
