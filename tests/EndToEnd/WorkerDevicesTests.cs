using Serverless.Cli.Up;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.EndToEnd.Tests;

/// <summary>Which worker of an installation has which cards.</summary>
public sealed class WorkerDevicesTests
{
    [Theory]
    [InlineData(0, 2, new[] { "cpu", "cpu" })]
    [InlineData(3, 1, new[] { "cuda:0,1,2" })]
    [InlineData(3, 2, new[] { "cuda:0,2", "cuda:1" })]
    [InlineData(3, 3, new[] { "cuda:0", "cuda:1", "cuda:2" })]
    public void Every_card_belongs_to_one_worker(int cards, int workers, string[] expected) => WorkerDevices.Divide(new(Cards(cards), "cpu"), workers).ShouldBe(expected);

    [Fact]
    public void A_device_that_is_no_card_is_every_worker_s() => WorkerDevices.Divide(new([], "torch:cpu"), 2).ShouldBe(["torch:cpu", "torch:cpu"]);

    [Fact]
    public void More_workers_than_cards_are_refused() =>
        Should.Throw<FormatException>(() => WorkerDevices.Divide(new(Cards(1), "cpu"), 2)).Message.ShouldStartWith("--workers: 2 workers need a GPU each, and there is 1.");

    private static CudaDevice[] Cards(int count) => [.. Enumerable.Range(0, count).Select(index => new CudaDevice(index, "NVIDIA H200", $"GPU-{index}", 1L << 37, 9, 0, 132, 232448))];
}
