using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// The layout of the step under way, on the card: what kernels need to know of each row, copied in one piece from pinned memory.
/// Its addresses depend only on whether the step is small (no more rows than sequences may run), so that a graph can be recorded.
/// </summary>
internal sealed unsafe class CudaStep : IDisposable
{
    // The host fills one while the card copies from another and a third is still in use.
    private const int Stagings = 3;
    private const int LeastSmallRows = 64;
    private const int TakeThreads = 128;

    private readonly CudaContext context;
    private readonly CudaArena arena;
    private readonly CudaKernel takeWords;
    private readonly Staging[] stagings = [new(), new(), new()];
    private readonly List<int> singles = [];
    private readonly List<int> singleLengths = [];
    private Part small, large;
    private int turn;
    private StepLayout? current;
    private int tileTokens;
    private int tileCount;

    /// <param name="context">The card.</param>
    /// <param name="arena">Where the step lies.</param>
    /// <param name="takeWords">The kernel <c>take_words</c>.</param>
    public CudaStep(CudaContext context, CudaArena arena, CudaKernel takeWords)
    {
        this.context = context;
        this.arena = arena;
        this.takeWords = takeWords;
    }

    /// <summary>Token of each row; a negative one names a sample of the step before: ~index.</summary>
    public DevicePointer Tokens { get; private set; }

    /// <summary>Position of each row.</summary>
    public DevicePointer Positions { get; private set; }

    /// <summary>KV slot of each row.</summary>
    public DevicePointer Slots { get; private set; }

    /// <summary>Where in <see cref="Tables"/> the block table of each row's sequence starts.</summary>
    public DevicePointer TableStarts { get; private set; }

    /// <summary>
    /// The rows that are alone in their sequence, long and short ones in turn from the longest and the shortest to the middle: neighbours on the card have about
    /// as much work as others, and what is begun last is not long. -1 for padding.
    /// </summary>
    public DevicePointer SingleRows { get; private set; }

    /// <summary>Every row; -1 for padding.</summary>
    public DevicePointer AllRows { get; private set; }

    /// <summary>Rows whose logits are wanted.</summary>
    public DevicePointer LogitRows { get; private set; }

    /// <summary>Block tables, one behind the other.</summary>
    public DevicePointer Tables { get; private set; }

    /// <summary>Tiles of rows that share a sequence, as (first row, rows); see <see cref="TilesOf"/>.</summary>
    public DevicePointer Tiles { get; private set; }

    /// <summary>Entries of <see cref="SingleRows"/>.</summary>
    public int SingleCount { get; private set; }

    /// <summary>Takes a layout to the card.</summary>
    public void Begin(StepLayout layout)
    {
        current = layout;
        tileTokens = 0;
        turn = (turn + 1) % Stagings;
        bool isSmall = layout.RowCount <= SmallRows(layout);
        ref Part part = ref isSmall ? ref small : ref large;
        int capacity = isSmall ? SmallRows(layout) : layout.Tokens.Length;
        Reserve(ref part, capacity, layout.LogitRows.Length, layout.BlockTables.Length);
        Locate(part);
        int used = Fill(layout, part);
        int packs = (used + 3) / 4;
        takeWords.Launch(
            context.Stream, ((packs + TakeThreads - 1) / TakeThreads, 1, 1), TakeThreads, 0, [stagings[turn].Buffer!.OnCard, part.Data, packs]);
        stagings[turn].Copied!.Record(context.Stream);

        // Kernels read the layout before they wait for what is in front of them.
        context.Stream.IsBarrier = true;
    }

    /// <summary>Says that a layout is the one that was begun.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public void Check(StepLayout layout)
    {
        if (layout != current) throw new InvalidOperationException("The step of this layout was not begun.");
    }

    /// <summary>Cuts the rows of sequences with more than one into tiles, late ones first since they see more of the past.</summary>
    /// <param name="tokens">Most rows of a tile.</param>
    /// <returns>Tiles.</returns>
    public int TilesOf(int tokens)
    {
        if (tileTokens == tokens) return tileCount;
        var layout = current!;
        var staging = stagings[turn];
        var tiles = staging.Tiles;
        tiles.Clear();
        for (int sequence = 0; sequence < layout.SequenceCount; sequence++)
        {
            int start = layout.SequenceStarts[sequence];
            int count = layout.SequenceStarts[sequence + 1] - start;
            if (count == 1) continue;
            for (int first = (count - 1) / tokens * tokens; first >= 0; first -= tokens) tiles.Add((start + first, Math.Min(tokens, count - first)));
        }

        tileTokens = tokens;
        tileCount = tiles.Count;
        if (tileCount == 0) return 0;

        // Pageable memory: the driver has read it when the call returns.
        fixed ((int, int)* source = CollectionsMarshal.AsSpan(tiles))
            context.Stream.CopyToDevice(Tiles, (nint)source, (long)tileCount * 2 * sizeof(int));
        return tileCount;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var staging in stagings)
        {
            staging.Buffer?.Dispose();
            staging.Copied?.Dispose();
        }
    }

    // Tiles are pairs, on a boundary of eight bytes.
    private static int Even(int count) => (count + 1) & ~1;

    private static int SmallRows(StepLayout layout) => Math.Max(LeastSmallRows, layout.LogitRows.Length);

    private void Reserve(ref Part part, int rows, int logits, int tables)
    {
        if (part.Rows >= rows && part.Logits >= logits && part.TableEntries >= tables) return;
        if (part.Rows > 0)
        {
            context.Stream.Synchronize();
            arena.Free(part.Data);
        }

        part = new Part { Rows = Math.Max(part.Rows, rows), Logits = Math.Max(part.Logits, logits), TableEntries = Even(Math.Max(part.TableEntries, tables)) };
        part.Data = arena.Allocate((long)(part.Tables + part.TableEntries + (2 * part.Rows)) * sizeof(int));
    }

    private void Locate(in Part part)
    {
        DevicePointer data = part.Data;
        int rows = part.Rows;
        Tokens = data;
        Positions = data + ((long)rows * sizeof(int));
        Slots = data + (2L * rows * sizeof(int));
        TableStarts = data + (3L * rows * sizeof(int));
        SingleRows = data + (4L * rows * sizeof(int));
        AllRows = data + (5L * rows * sizeof(int));
        LogitRows = data + (6L * rows * sizeof(int));
        Tables = data + ((long)part.Tables * sizeof(int));
        Tiles = Tables + ((long)part.TableEntries * sizeof(int));
    }

    /// <summary>Writes the layout into pinned memory; returns the integers that are used.</summary>
    private int Fill(StepLayout layout, in Part part)
    {
        int used = part.Tables;
        for (int sequence = 0; sequence < layout.SequenceCount; sequence++) used += BlocksOf(layout, sequence);
        int* to = stagings[turn].Room(used);
        int rows = part.Rows;
        int count = layout.RowCount;
        layout.Tokens.AsSpan(0, count).CopyTo(new Span<int>(to, rows));
        layout.Positions.AsSpan(0, Math.Min(count, layout.Positions.Length)).CopyTo(new Span<int>(to + rows, rows));
        layout.Slots.AsSpan(0, Math.Min(count, layout.Slots.Length)).CopyTo(new Span<int>(to + (2 * rows), rows));
        layout.LogitRows.AsSpan(0, layout.LogitCount).CopyTo(new Span<int>(to + (6 * rows), part.Logits));
        int* starts = to + (3 * rows);
        int next = part.Tables;
        singles.Clear();
        singleLengths.Clear();
        bool allSingle = true;
        for (int sequence = 0; sequence < layout.SequenceCount; sequence++)
        {
            int first = layout.SequenceStarts[sequence];
            int end = layout.SequenceStarts[sequence + 1];
            new Span<int>(starts + first, end - first).Fill(next - part.Tables);
            int blocks = BlocksOf(layout, sequence);
            layout.BlockTables.AsSpan(sequence * layout.MaxBlocks, blocks).CopyTo(new Span<int>(to + next, blocks));
            next += blocks;
            if (end - first == 1)
            {
                singles.Add(first);
                singleLengths.Add(layout.Positions[first]);
            }
            else allSingle = false;
        }

        int* turns = to + (4 * rows);
        SingleCount = singles.Count;
        CollectionsMarshal.AsSpan(singleLengths).Sort(CollectionsMarshal.AsSpan(singles));
        for (int i = 0; i < SingleCount; i++) turns[i] = singles[i % 2 == 0 ? SingleCount - 1 - (i / 2) : i / 2];

        // Rows behind the last sequence are padding. They attend to nothing; a recorded step has as many entries as rows.
        int last = layout.SequenceCount == 0 ? 0 : layout.SequenceStarts[layout.SequenceCount];
        new Span<int>(starts + last, count - last).Clear();
        int* all = to + (5 * rows);
        for (int row = 0; row < count; row++) all[row] = row < last ? row : -1;
        if (!allSingle) return next;
        while (SingleCount < count) turns[SingleCount++] = -1;
        return next;
    }

    private static int BlocksOf(StepLayout layout, int sequence)
    {
        int last = layout.SequenceStarts[sequence + 1] - 1;
        return last < layout.SequenceStarts[sequence] ? 0 : Math.Min(layout.MaxBlocks, (layout.Positions[last] / layout.BlockSize) + 1);
    }

    /// <summary>Memory of the card for steps up to some size.</summary>
    private struct Part
    {
        public DevicePointer Data;
        public int Rows;
        public int Logits;
        public int TableEntries;

        /// <summary>Where the block tables start.</summary>
        public readonly int Tables => Even((6 * Rows) + Logits);
    }

    private sealed class Staging
    {
        public PinnedBuffer? Buffer { get; private set; }

        public CudaEvent? Copied { get; private set; }

        public List<(int First, int Count)> Tiles { get; } = [];

        /// <summary>Its memory, once the card is done with what it held, with room for so many integers.</summary>
        public int* Room(int count)
        {
            Copied ??= new CudaEvent();
            Copied.Synchronize();
            if (Buffer is null || Buffer.Bytes < (long)count * sizeof(int))
            {
                Buffer?.Dispose();
                Buffer = new PinnedBuffer((2L * count * sizeof(int)) + 16);
            }

            return (int*)Buffer.Pointer;
        }
    }
}
