using TorchSharp;

namespace Serverless.Inference.Torch;

/// <summary>The layout of the step under way as tensors on the device, made once a step.</summary>
/// <param name="device">Where.</param>
internal sealed class TorchStep(torch.Device device) : IDisposable
{
    private readonly List<torch.Tensor> tensors = [];

    // By window: layers of one model may differ in it.
    private readonly Dictionary<int, IReadOnlyList<AttentionTile>> tiles = [];
    private StepLayout? current;

    /// <summary>[rows] the tokens.</summary>
    public torch.Tensor Tokens { get; private set; } = null!;

    /// <summary>[rows] their positions.</summary>
    public torch.Tensor Positions { get; private set; } = null!;

    /// <summary>[rows] their KV slots.</summary>
    public torch.Tensor Slots { get; private set; } = null!;

    /// <summary>[logits] the rows whose logits are wanted.</summary>
    public torch.Tensor LogitRows { get; private set; } = null!;

    /// <summary>Takes a layout to the device.</summary>
    public void Begin(StepLayout layout)
    {
        Free();
        Tokens = Indices(layout.Tokens, layout.RowCount);
        Positions = Indices(layout.Positions, layout.RowCount);
        Slots = Indices(layout.Slots, layout.RowCount);
        LogitRows = Indices(layout.LogitRows, layout.LogitCount);
        current = layout;
    }

    /// <summary>Says that a layout is the one that was begun.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public void Check(StepLayout layout)
    {
        if (layout != current) throw new InvalidOperationException("The step of this layout was not begun.");
    }

    /// <summary>What attention computes at a time, for all layers with this window.</summary>
    /// <param name="window">Positions that a row sees; null for all.</param>
    public IReadOnlyList<AttentionTile> Tiles(int? window)
    {
        if (tiles.TryGetValue(window ?? int.MaxValue, out var found)) return found;
        return tiles[window ?? int.MaxValue] = [.. AttentionPlan.Of(current!, window).Select(part => Tile(part, window))];
    }

    /// <inheritdoc/>
    public void Dispose() => Free();

    private AttentionTile Tile(AttentionPart part, int? window)
    {
        using var operation = TorchOperation.Begin();
        var (rows, slots, firstKeys) = (Keep(torch.from_array(part.Rows, device)), Keep(torch.from_array(part.Slots, device)), torch.from_array(part.FirstKeys, device));
        var positions = Positions.index_select(0, rows).view(part.Sequences, part.RowsEach, 1);
        var keys = firstKeys.view(part.Sequences, 1, 1) + torch.arange(part.Keys, torch.ScalarType.Int64, device);
        var hidden = keys > positions;
        if (window is { } width) hidden = hidden.logical_or(keys <= positions - width);
        return new AttentionTile(part.Sequences, part.RowsEach, part.Keys, rows, slots, Keep(hidden.view(part.Sequences, 1, 1, part.RowsEach, part.Keys)));
    }

    private torch.Tensor Indices(int[] values, int count) => Keep(torch.from_array(Array.ConvertAll(values[..count], value => (long)value), device));

    private torch.Tensor Keep(torch.Tensor tensor)
    {
        tensors.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    private void Free()
    {
        current = null;
        tiles.Clear();
        foreach (var tensor in tensors) tensor.Dispose();
        tensors.Clear();
    }
}

/// <summary>An <see cref="AttentionPart"/> on the device.</summary>
/// <param name="Sequences">Sequences.</param>
/// <param name="RowsEach">Rows of each.</param>
/// <param name="Keys">Keys of each.</param>
/// <param name="Rows">[sequences * rows each] the rows.</param>
/// <param name="Slots">[sequences * keys] the KV slots of the keys.</param>
/// <param name="Hidden">[sequences, 1, 1, rows each, keys] whether a row must not see a key.</param>
internal sealed record AttentionTile(int Sequences, int RowsEach, int Keys, torch.Tensor Rows, torch.Tensor Slots, torch.Tensor Hidden);
