using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Inference.Tests.Cuda;

/// <summary>Which tile of rows multiplies.</summary>
public sealed class CudaSwiGluTests
{
    [Theory]
    [InlineData(128, 5, 64)]
    [InlineData(128, 64, 64)]
    [InlineData(128, 65, 128)]
    [InlineData(128, 256, 256)]
    [InlineData(48, 256, 128)]
    [InlineData(48, 512, 256)]
    [InlineData(224, 256, 256)]
    public void The_smallest_tile_that_reads_the_weights_once_or_fits_the_card_is_taken(int blocks, int rows, int expected) =>
        CudaSwiGlu.Choose(blocks, rows, multiprocessors: 132)!.Rows.ShouldBe(expected);

    [Theory]
    [InlineData(128, 257)]
    [InlineData(128, 8192)]
    [InlineData(224, 512)]
    public void Steps_that_would_read_the_weights_again_and_again_take_none(int blocks, int rows) =>
        CudaSwiGlu.Choose(blocks, rows, multiprocessors: 132).ShouldBeNull();

    [Fact]
    public void Every_tile_fits_into_the_shared_memory_of_a_block_on_Hopper()
    {
        int[] bytes = [.. new[] { 64, 128, 256 }.Select(rows => CudaSwiGlu.Choose(132, rows, 132)!.SharedBytes)];
        bytes.ShouldBe([205_824, 214_016, 230_400]);
        bytes.Max().ShouldBeLessThanOrEqualTo(227 * 1024);
    }
}
