// A folder that is dropped, or chosen with its button, becomes one ZIP file, so that the folders inside it are kept: they
// often say which item a paper belongs to. It is put together here and then goes the way of every other file.
if (!window.raFolder) {
  window.raFolder = true;
  const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
    for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
    return n;
  });
  const crcOf = async (file) => {
    let crc = 0xffffffff;
    const reader = file.stream().getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read())
      for (const byte of part.value) crc = (crc >>> 8) ^ crcTable[(crc ^ byte) & 255];
    return (crc ^ 0xffffffff) >>> 0;
  };
  const header = (signature, fields) => {  // fields: [bytes, value]
    const view = new DataView(new ArrayBuffer(4 + fields.reduce((sum, [bytes]) => sum + bytes, 0)));
    view.setUint32(0, signature, true);
    let at = 4;
    for (const [bytes, value] of fields) {
      bytes === 2 ? view.setUint16(at, value, true) : view.setUint32(at, value, true);
      at += bytes;
    }
    return view.buffer;
  };
  const zipped = async (entries, name) => {  // stored, not packed: PDFs are packed already
    const pieces = [], directory = [];
    let offset = 0;
    for (const [path, file] of entries) {
      const label = new TextEncoder().encode(path), crc = await crcOf(file);
      const common = [[2, 20], [2, 0x0800], [2, 0], [2, 0], [2, 0x21], [4, crc], [4, file.size], [4, file.size], [2, label.length], [2, 0]];
      pieces.push(header(0x04034b50, common), label, file);
      directory.push(header(0x02014b50, [[2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), label);
      offset += 30 + label.length + file.size;
    }
    const size = directory.reduce((sum, part) => sum + part.byteLength, 0);
    const end = header(0x06054b50, [[2, 0], [2, 0], [2, entries.length], [2, entries.length], [4, size], [4, offset], [2, 0]]);
    return new File([...pieces, ...directory, end], `${name}.zip`, { type: "application/zip" });
  };
  const walk = async (entry, path, found) => {
    if (entry.name.startsWith(".")) return;
    if (entry.isFile) {
      found.push([path + entry.name, await new Promise((done, fail) => entry.file(done, fail))]);
      return;
    }
    const reader = entry.createReader();
    for (;;) {  // it hands out some at a time
      const some = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!some.length) return;
      for (const one of some) await walk(one, `${path}${entry.name}/`, found);
    }
  };
  const told = (text) => {
    const place = document.querySelector("#ra-folder [role=status]");
    if (place) place.textContent = text;
  };
  const hand = (files) => {
    const input = document.querySelector("#ra-files input[type=file]"), transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    told("");
  };
  const MOST = 2000, LARGEST = 3.5e9;
  const take = async (entries, name, others) => {
    const bytes = entries.reduce((sum, [, file]) => sum + file.size, 0);
    if (!entries.length && !others.length) return told("In diesem Ordner liegen keine Dateien.");
    if (entries.length > MOST || bytes > LARGEST) return told("Dieser Ordner ist zu groß. Bitte wählen Sie einen kleineren.");
    told("Der Ordner wird zusammengestellt …");
    hand(entries.length ? [await zipped(entries, name), ...others] : others);
  };
  const failed = () => told("Dieser Ordner ließ sich nicht lesen. Bitte ziehen Sie die Dateien einzeln in das Feld.");
  document.addEventListener("drop", (event) => {
    if (!event.target.closest?.("#ra-files")) return;
    const dropped = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const folders = dropped.filter((entry) => entry.isDirectory);
    if (!folders.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }));  // the field is no longer marked
    const single = dropped.filter((entry) => entry.isFile);
    const only = folders.length === 1;
    (async () => {
      const found = [], others = [];
      for (const folder of folders) await walk(folder, "", found);
      for (const file of single) others.push(await new Promise((done, fail) => file.file(done, fail)));
      const top = `${folders[0].name}/`;
      await take(only ? found.map(([path, file]) => [path.slice(top.length), file]) : found, only ? folders[0].name : "Ordner", others);
    })().catch(failed);
  }, true);
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.('[data-local="folder"]')) return;
    event.stopPropagation();
    const input = Object.assign(document.createElement("input"), { type: "file", multiple: true, webkitdirectory: true });
    input.addEventListener("change", () => {
      const files = [...input.files].filter((file) => !file.webkitRelativePath.split("/").some((part) => part.startsWith(".")));
      const name = input.files[0]?.webkitRelativePath.split("/")[0] ?? "Ordner";
      take(files.map((file) => [file.webkitRelativePath.split("/").slice(1).join("/"), file]), name, []).catch(failed);
    });
    input.click();
  }, true);
}
