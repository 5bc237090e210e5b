#!/bin/bash
# build.sh OUT [disk|tiny|all] - build the lab's guest images in OUT.
#
#   disk, tiny, all:
#   tiny.img  tiny.qcow2  tiny.bin   the 2 KiB guest of tiny.S as a disk of 1 MiB (raw and
#                                    qcow2) and as a network boot program
#   tiny, all:
#   tiny.iso                         the same as a CD
#   seed.iso                         a small data CD, to insert and to eject
#   all:
#   vmlinuz  initrd                  Debian's cloud kernel, and busybox with QEMU's guest
#                                    agent: for direct kernel boot
#   linux.iso                        both, bootable as CD and as disk, by BIOS and by
#                                    UEFI, Secure Boot included (Debian's signed shim)
# Of Linux nothing is installed: packages are only unpacked, and kept in OUT/.cache.
set -euo pipefail
export LC_ALL=C
here=$(dirname "$(readlink -f "$0")")
out=$(mkdir -p "$1" && readlink -f "$1"); what=${2:-all}
c=$out/.cache; mkdir -p "$c"
need=()
tools=(as:binutils qemu-img:qemu-utils)
[[ $what == disk ]] || tools+=(xorriso:xorriso)
[[ $what != all ]] || tools+=(mformat:mtools cpio:cpio)
for p in "${tools[@]}"; do command -v "${p%:*}" >/dev/null || need+=("${p#*:}"); done
if (( ${#need[@]} )); then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${need[@]}"; } >/dev/null
fi
newer() { [[ -e $1 && $1 -nt $2 ]]; }

# ---- tiny. Each file appears whole, and last the one that says that all are there -----
if ! newer "$out/tiny.qcow2" "$here/tiny.S"; then
    as --32 -o "$c/tiny.o" "$here/tiny.S"
    ld -m elf_i386 -Ttext 0x7c00 --oformat binary -o "$out/tiny.bin" "$c/tiny.o"
    chmod 644 "$out/tiny.bin"
    cp "$out/tiny.bin" "$out/tiny.img"; truncate -s 1M "$out/tiny.img"
    qemu-img convert -q -f raw -O qcow2 "$out/tiny.img" "$c/tiny.qcow2"
    mv "$c/tiny.qcow2" "$out/tiny.qcow2"
fi
[[ $what != disk ]] || exit 0
if ! newer "$out/seed.iso" "$out/tiny.bin"; then
    rm -rf "$c/iso"; mkdir "$c/iso"; cp "$out/tiny.bin" "$c/iso/boot.bin"
    xorriso -as mkisofs -quiet -V TINY -b boot.bin -no-emul-boot -boot-load-size 4 \
        -o "$out/tiny.iso" "$c/iso"
    rm -rf "$c/iso"; mkdir "$c/iso"; echo "hello from the seed disc" >"$c/iso/hello.txt"
    xorriso -as mkisofs -quiet -V SEED -J -r -o "$out/seed.iso" "$c/iso"
    rm -rf "$c/iso"
fi
[[ $what == tiny ]] && exit 0

# ---- linux -----------------------------------------------------------------------
unpack() { # package: unpacked in $c/PACKAGE
    [[ -d $c/$1 ]] && return 0
    ( cd "$c"; apt-get download -qq "$1" 2>/dev/null || { apt-get update -qq; apt-get download -qq "$1"; } )
    rm -rf "$c/$1.tmp"; dpkg-deb -x "$c/$1"_*.deb "$c/$1.tmp"; rm -f "$c/$1"_*.deb; mv "$c/$1.tmp" "$c/$1"
}
kernel=$(cd "$c"; printf '%s\n' linux-image-[0-9]*-cloud-amd64 | grep -v '\*' | sort -V | tail -1 || true)
if [[ -z $kernel ]]; then
    kernel=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image-[0-9]/ {print $2; exit}')
    [[ $kernel ]] || { apt-get update -qq; kernel=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image-[0-9]/ {print $2; exit}'); }
fi
for p in "$kernel" busybox-static qemu-guest-agent shim-signed grub-efi-amd64-signed isolinux syslinux-common; do unpack "$p"; done
if newer "$out/linux.iso" "$here/init" && newer "$out/linux.iso" "$here/build.sh"; then exit 0; fi

bb=$c/busybox-static/bin/busybox
v=${kernel#linux-image-}; r=$c/root; rm -rf "$r"
mkdir -p "$r"/{bin,sbin,etc/acpi/PWRF,lib,lib64,proc,sys,dev,usr/sbin,var,root} "$r/lib/modules/$v"
install -m 755 "$here/init" "$r/init"
cp "$c/busybox-static/bin/busybox" "$r/bin/busybox"
# Modules by name; depmod's order brings what they need.
src=$c/$kernel/lib/modules/$v
cp "$src"/modules.{builtin,order} "$src"/modules.builtin.modinfo "$r/lib/modules/$v/" 2>/dev/null || true
[[ -e $src/modules.dep ]] || "$bb" depmod -b "$c/$kernel" "$v"
for m in virtio_pci virtio_blk virtio_net virtio_console virtio_balloon virtio_scsi virtio_input virtiofs \
    sd_mod sr_mod isofs ata_piix ata_generic button evdev efivarfs qemu_fw_cfg vfat nls_cp437 nls_ascii \
    nvme e1000 e1000e i6300esb virtio_mem; do
    f=$(awk -F: -v m="/$m.ko" 'index($1, m) == length($1) - length(m) + 1 {print $1 $2; exit}' "$src/modules.dep")
    for k in $f; do mkdir -p "$r/lib/modules/$v/$(dirname "$k")"; cp -n "$src/$k" "$r/lib/modules/$v/$k"; done
done
"$bb" depmod -b "$r" "$v"
# The guest agent, with the libraries that QEMU has brought to this machine anyway.
cp "$c/qemu-guest-agent/usr/sbin/qemu-ga" "$r/usr/sbin/"
for l in $(ldd "$r/usr/sbin/qemu-ga" | grep -o '/[^ ]*'); do cp -L "$l" "$r/lib/"; done
mv "$r"/lib/ld-linux* "$r/lib64/"
printf '#!/bin/sh\necho "power button" >/dev/console\npoweroff -f\n' >"$r/etc/acpi/PWRF/00000080"
cat >"$r/etc/udhcpc.sh" <<'EOF'
#!/bin/sh
[ "$1" = bound -o "$1" = renew ] || exit 0
ip addr flush dev "$interface"; ip addr add "$ip/${mask:-24}" dev "$interface"
[ -n "$router" ] && ip route replace default via "$router" dev "$interface"
echo "LINUX address $interface $ip" >/dev/console
EOF
printf 'NAME="Lab Linux"\nID=lablinux\nVERSION_ID=1\nPRETTY_NAME="Lab Linux 1"\n' >"$r/etc/os-release"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$r/etc/passwd"; printf 'root:x:0:\n' >"$r/etc/group"
# shellcheck disable=SC2016  # mdev's variable
printf '$MODALIAS=.* 0:0 660 @modprobe -qb "$MODALIAS"\n' >"$r/etc/mdev.conf"
chmod 755 "$r"/etc/acpi/PWRF/* "$r/etc/udhcpc.sh"
( cd "$r" && find . -print0 | LC_ALL=C sort -z | cpio --quiet -0 -o -H newc -R 0:0 | gzip -6n ) >"$out/initrd"
cp "$c/$kernel/boot/vmlinuz-$v" "$out/vmlinuz"
rm -rf "$r"

# The CD.  UEFI finds a FAT file system (EFI/BOOT/BOOTX64.EFI is Debian's signed shim, which
# starts the signed GRUB, which starts the signed kernel); BIOS finds ISOLINUX.
args="console=tty0 console=ttyS0 quiet"
i=$c/iso; rm -rf "$i"; mkdir -p "$i/isolinux" "$i/EFI/BOOT" "$i/EFI/debian"
cp "$out/vmlinuz" "$out/initrd" "$i/"
cp "$c/isolinux/usr/lib/ISOLINUX/isolinux.bin" "$c/syslinux-common/usr/lib/syslinux/modules/bios/ldlinux.c32" "$i/isolinux/"
printf 'default l\nprompt 0\ntimeout 1\nlabel l\n kernel /vmlinuz\n append initrd=/initrd %s\n' "$args" >"$i/isolinux/isolinux.cfg"
cp "$c/shim-signed/usr/lib/shim/shimx64.efi.signed" "$i/EFI/BOOT/BOOTX64.EFI"
cp "$c/grub-efi-amd64-signed/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" "$i/EFI/BOOT/grubx64.efi"
printf 'search --no-floppy --set=root --file /vmlinuz\nset timeout=0\nserial --unit=0 --speed=115200\nterminal_output console\nlinux /vmlinuz %s\ninitrd /initrd\nboot\n' "$args" >"$i/EFI/debian/grub.cfg"
mkdir -p "$i/boot/grub"; cp "$i/EFI/debian/grub.cfg" "$i/boot/grub/grub.cfg"
rm -f "$c/efi.img"; truncate -s 10M "$c/efi.img"; mformat -i "$c/efi.img" -v EFI ::
mcopy -s -i "$c/efi.img" "$i/EFI" ::
cp "$c/efi.img" "$i/efi.img"; rm -rf "$i/EFI"
xorriso -as mkisofs -quiet -V LABLINUX -r \
    -isohybrid-mbr "$c/isolinux/usr/lib/ISOLINUX/isohdpfx.bin" \
    -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table \
    -eltorito-alt-boot -e efi.img -no-emul-boot -isohybrid-gpt-basdat -o "$out/linux.iso.tmp" "$i"
mv "$out/linux.iso.tmp" "$out/linux.iso"
rm -rf "$i" "$c/efi.img"
