using System.Buffers.Binary;
using Serverless.Inference.Loading;

namespace Serverless.Inference.Tests.Loading;

public sealed class SafetensorsHeaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "tensor a", "expected 8 bytes, found 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", "tensor b overlaps tensor a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor a leaves a gap at the start")]
    [InlineData("""{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor b leaves a gap after tensor a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "4 bytes that belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "truncated", "tensor a ends at byte")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "field a appears twice")]
    [InlineData("""{"a":{"dtype":"X9","shape":[1],"data_offsets":[0,4]}}""", "tensor a has dtype X9")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "a.shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "a.shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "a.data_offsets: expected [begin, end]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", "a.data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", "data_offsets")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", "tensor a has no dtype")]
    [InlineData("""{"a":null}""", "tensor a")]
    [InlineData("""{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}""", "does not end at a byte")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,4]}}""", "larger than any file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}""", "a.data_offsets")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "unpaired surrogate")]
    [InlineData("""{"a":{"dtype":"\ud800","shape":[2],"data_offsets":[0,8]}}""", "unpaired surrogate")]
    [InlineData("[1]", "expected a JSON object")]
    [InlineData("""{"a":""", "not valid JSON")]
    public void A_header_that_does_not_fit_its_eight_bytes_of_data_is_refused(string header, params string[] parts)
    {
        string path = folder.With("x.safetensors", SafetensorsBytes.Raw(header, new byte[8])).File("x.safetensors");
        Refused(path, [path, .. parts]);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        byte[] whole = SafetensorsBytes.Vectors(("a", [1, 2]), ("b", [3]));
        for (int length = 0; length < whole.Length; length++)
        {
            string path = folder.With($"{length}.safetensors", whole[..length]).File($"{length}.safetensors");
            Refused(path, "truncated");
        }
    }

    [Fact]
    public void A_length_beyond_the_format_is_refused_without_reading_on()
    {
        byte[] data = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(data, ulong.MaxValue);
        Refused(folder.With("x.safetensors", data).File("x.safetensors"), "not a safetensors file", "100000000");
    }

    [Fact]
    public void A_git_lfs_pointer_is_recognised() =>
        Refused(
            folder.With("x.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n").File("x.safetensors"),
            "Git LFS pointer", "git lfs pull");

    [Fact]
    public void A_file_with_any_byte_changed_opens_or_is_refused_and_never_does_anything_else()
    {
        byte[] whole = SafetensorsBytes.Vectors(("a", [1, 2]), ("b", [3]));
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = [.. whole];
            for (int change = 0; change <= i % 3; change++) damaged[random.Next(whole.Length)] = (byte)random.Next(256);
            folder.With("x.safetensors", damaged);
            try
            {
                using var file = SafetensorsFile.Open(folder.File("x.safetensors"));
                foreach (string name in file.Names) file.Get(name).Data.ToArray();
            }
            catch (InferenceException e)
            {
                e.Message.ShouldStartWith(folder.File("x.safetensors"));
                refused++;
            }
        }

        refused.ShouldBeInRange(1000, 1999);
    }

    private static void Refused(string path, params string[] parts)
    {
        var error = Should.Throw<InferenceException>(() => SafetensorsHeader.Read(path));
        error.Code.ShouldBe(InferenceErrorCodes.ModelFile);
        foreach (string part in parts) error.Message.ShouldContain(part);
    }
}
